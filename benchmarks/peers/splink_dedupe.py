"""Deduplicates a prepared file with Splink 5 on DuckDB.

The settings are those of Splink's own examples, by the columns that are there:

- "Deduplicate 50k rows historical persons": the names and the date of birth as
  comparisons, the blocking rules, the rules and recall for the prior, u from
  five million pairs, both EM sessions, and the cut of .95 for clusters;
- "Febrl3 deduplication" for small files with an identifier in most records: single
  columns as blocking rules, the names apart, its rules for the prior; and for any
  file the edit distance for an identifier, exact street number and postcode with
  term frequencies;
- the tutorial, "Choosing blocking rules to optimise runtime": rules that make no
  more than 20 million comparisons together; the largest ones go first;
- the tutorial, "Estimating model parameters": email, and city where no column
  tells the place better;
- "Linking the pseudopeople Census and ACS datasets": sex, middle name, and the
  address where there is no postcode.

A telephone number is in none of them: it is compared as Febrl3's other number.
Before that the text is lowered and trimmed, as the tutorial "Data prerequisites"
asks for, and numbers are reduced to their digits.
"""

import sys

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from meter import Meter

SMALL = 10_000  # records: the size of Febrl's files
# Pairs below are of no use to anybody; the examples keep them all, from .2 or from .1.
KEEP = 0.01
CUT = 0.95
COMPARISONS = 20_000_000
DIGITS = ("phone", "ssn")


def rows(con, query, parameters=None):
    """Runs a query to its end: DuckDB lets nothing else begin before."""
    return con.execute(query, parameters).fetchall()


def load(con, path):
    """Reads the file; the columns without any value are left out."""
    rows(con, "create table file as select * from read_csv(?, header = true, all_varchar = true)", [path])
    columns = [row[0] for row in rows(con, "describe file")]
    counts = rows(con, "select " + ", ".join(f'count("{c}")' for c in columns) + " from file")[0]
    columns = [c for c, n in zip(columns, counts) if n > 0 and c != "record_id"]

    def cleaned(column):
        kept = f"regexp_replace(\"{column}\", '[^0-9]', '', 'g')" if column in DIGITS else f'lower(trim("{column}"))'
        return f"nullif({kept}, '') as \"{column}\""

    clean = ", ".join(map(cleaned, columns))
    name = ""
    if {"given_name", "family_name"} <= set(columns):
        name = ", lower(trim(given_name)) || ' ' || lower(trim(family_name)) as full_name_concat"
    rows(con, f"create table records as select record_id, {clean}{name} from file")
    return columns


def like_febrl(con, columns):
    """Whether the file is as Febrl's are: small, with an identifier in most records."""
    n, ssn = rows(con, f"select count(*), count({'ssn' if 'ssn' in columns else 'null'}) from records")[0]
    return n <= SMALL and ssn > n / 2


def british(con):
    """Whether the postcodes are of the form that PostcodeComparison is for."""
    valid = cl.PostcodeComparison.VALID_POSTCODE_REGEX
    share = rows(con, "select avg(regexp_matches(postal_code, ?)::int) from records", [valid])[0][0]
    return share > 0.5


def frequency(column):
    return cl.ExactMatch(column).configure(term_frequency_adjustments=True)


def comparisons(con, has, febrl):
    made = []
    if febrl:
        made += [cl.NameComparison("given_name"), cl.NameComparison("family_name")]
    elif has("given_name", "family_name"):
        made.append(
            cl.ForenameSurnameComparison(
                "given_name", "family_name", forename_surname_concat_col_name="full_name_concat"
            )
        )
    if has("birth_date"):
        made.append(cl.DateOfBirthComparison("birth_date", input_is_string=True))
    # One place a file, as the examples have: Splink asks for columns that do not
    # follow from each other, and names city and postcode as a pair that does.
    if has("postal_code"):
        made.append(cl.PostcodeComparison("postal_code") if british(con) else frequency("postal_code"))
    elif has("address"):
        made.append(cl.DamerauLevenshteinAtThresholds("address").configure(term_frequency_adjustments=True))
    elif has("city"):
        made.append(frequency("city"))
    for column in ("birth_place", "occupation", "street_number", "middle_name"):
        if has(column):
            made.append(frequency(column))
    if has("email"):
        made.append(cl.EmailComparison("email"))
    for column in ("ssn", "phone", "medicaid_id"):
        if has(column):
            made.append(cl.DamerauLevenshteinAtThresholds(column, [2]))
    if has("sex"):
        made.append(cl.ExactMatch("sex"))
    return made


def blocking_rules(has, febrl):
    """The keys of each rule."""
    if febrl:
        columns = ("ssn", "given_name", "family_name", "birth_date", "postal_code")
        return [(c,) for c in columns if has(c)]
    place = "birth_place" if has("birth_place") else "city"
    rules = [
        (("given_name", "family_name"), ("substr(given_name,1,3)", "substr(family_name,1,4)")),
        (("family_name", "birth_date"), ("family_name", "birth_date")),
        (("given_name", "birth_date"), ("given_name", "birth_date")),
        (("postal_code", "given_name"), ("postal_code", "given_name")),
        (("postal_code", "family_name"), ("postal_code", "family_name")),
        (("birth_date", place), ("birth_date", place)),
        (("postal_code", "birth_date"), ("substr(postal_code,1,3)", "birth_date")),
        (("postal_code", "given_name"), ("substr(postal_code,1,3)", "given_name")),
        (("postal_code", "family_name"), ("substr(postal_code,1,3)", "family_name")),
        (
            ("given_name", "family_name", "birth_date"),
            ("substr(given_name,1,2)", "substr(family_name,1,2)", "substr(birth_date,1,4)"),
        ),
    ]
    made = [keys for columns, keys in rules if has(*columns)]
    # an identifier alone, as Febrl3 does with its own; the tutorial does with email
    return made + [(c,) for c in ("ssn", "medicaid_id", "email", "phone") if has(c)]


def affordable(con, rules):
    """Leaves out the largest rules until what is left is few enough comparisons."""

    def count(keys):
        known = " and ".join(f"{k} is not null" for k in keys)
        query = f"select count(*) as n from records where {known} group by {', '.join(keys)}"
        return rows(con, f"select coalesce(sum(n * (n - 1) // 2), 0) from ({query})")[0][0]

    size = {keys: count(keys) for keys in rules}
    while sum(size.values()) > COMPARISONS and len(size) > 1:
        largest = max(size, key=size.get)
        print(f"left out: {largest}, {size.pop(largest)} comparisons", file=sys.stderr)
    return [keys for keys in rules if keys in size], sum(size.values())


def certain(has, febrl):
    """The rules for the prior, and the recall the example guesses for them."""
    if febrl:
        return [block_on("ssn"), block_on("given_name", "family_name", "birth_date")], 0.9
    rules = [block_on("given_name", "family_name", "birth_date")]
    if has("postal_code"):
        rules.append(block_on("substr(given_name,1,2)", "family_name", "substr(postal_code,1,2)"))
        rules.append(block_on("birth_date", "postal_code"))
    return rules, 0.6


def train(linker, has, febrl):
    rules, recall = certain(has, febrl)
    linker.training.estimate_probability_two_random_records_match(rules, recall=recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in (block_on("given_name", "family_name"), block_on("birth_date")):
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True
        )


def main(path, out):
    meter = Meter()
    con = duckdb.connect()
    columns = load(con, path)
    need = {"given_name", "family_name", "birth_date"} - set(columns)
    if need:
        sys.exit(f"the settings need the columns {', '.join(sorted(need))}")

    def has(*names):
        return all(name in columns for name in names)

    meter.step("read")
    febrl = like_febrl(con, columns)
    rules, comparisons_made = affordable(con, blocking_rules(has, febrl))
    meter.pause()
    api = DuckDBAPI(connection=con)
    settings = SettingsCreator(
        unique_id_column_name="record_id",
        link_type="dedupe_only",
        comparisons=comparisons(con, has, febrl),
        blocking_rules_to_generate_predictions=[block_on(*keys) for keys in rules],
    )
    linker = Linker(api.register("records"), settings)
    meter.step("settings")
    train(linker, has, febrl)
    meter.step("train")
    pairs = linker.inference.predict(threshold_match_probability=KEEP)
    meter.step("predict")
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=CUT)
    meter.step("cluster")
    rows(
        con,
        f"copy (select record_id, cluster_id from {clusters.physical_name}) to '{out}/clusters.csv' (header)",
    )
    meter.step("write")
    meter.usage()
    rows(
        con,
        f"""copy (select record_id_l as record_a, record_id_r as record_b, match_weight as weight,
        match_probability as probability from {pairs.physical_name}) to '{out}/pairs.csv' (header)""",
    )
    meter.report(
        ["splink", "duckdb"],
        comparisons_of_rules=comparisons_made,  # a pair of two rules is counted twice
        rules=[list(keys) for keys in rules],
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

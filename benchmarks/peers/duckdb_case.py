"""Scores pairs by one SQL query in DuckDB, on one thread.

The query is what Splink generates, written by hand: three names by
jaro_winkler_similarity at the thresholds of its NameComparison (.92, .88, .7),
the date of birth by exact, one edit and year, other columns exact, a missing
value on a side as no evidence, a weight for each level, their sum, and a cut.
Nothing is kept but the number of pairs above it. The pairs are those of one
birth date; the cost of finding them is measured apart and is part of the whole.

    python duckdb_case.py records.csv out/ [LARGEST]

LARGEST leaves out the dates that more records share, as the matcher beside it does.
"""

import sys
import time

import duckdb

from meter import Meter

NAMES = ("given_name", "family_name", "city", "mother_given", "address")
EXACT = ("sex", "postal_code", "phone", "state", "middle_name", "ssn", "email", "occupation")


def gamma(column):
    """The level of a comparison, as a weight."""
    left, right = f'l."{column}"', f'r."{column}"'
    missing = f"when {left} is null or {right} is null then 0.0 when {left} = {right}"
    if column in NAMES:
        similarity = f"jaro_winkler_similarity({left}, {right})"
        return (
            f"case {missing} then 8.0 when {similarity} >= 0.92 then 5.0 "
            f"when {similarity} >= 0.88 then 3.0 when {similarity} >= 0.7 then 0.5 else -4.0 end"
        )
    if column == "birth_date":
        return (
            f"case {missing} then 9.0 when damerau_levenshtein({left}, {right}) <= 1 then 4.0 "
            f"when substr({left}, 1, 4) = substr({right}, 1, 4) then 1.0 else -5.0 end"
        )
    return f"case {missing} then 6.0 else -2.0 end"


def timed(con, query):
    """The least CPU of three runs, and the answer."""
    least = None
    for _ in range(3):
        start = time.process_time()
        answer = con.execute(query).fetchall()[0][0]
        used = time.process_time() - start
        least = used if least is None else min(least, used)
    return answer, least


def main(path, out, largest="0"):
    meter = Meter()
    con = duckdb.connect(config={"threads": 1})
    con.execute("create table file as select * from read_csv(?, header = true, all_varchar = true)", [path]).fetchall()
    there = [row[0] for row in con.execute("describe file").fetchall()]
    if "birth_date" not in there:
        sys.exit("the pairs are those of one birth date, and no column is birth_date")
    used = [c for c in NAMES[:3] if c in there] + ["birth_date"] + [c for c in EXACT if c in there]
    clean = ", ".join(f"nullif(upper(trim(\"{c}\")), '') as \"{c}\"" for c in used)
    con.execute(f"create table records as select rowid as id, {clean} from file").fetchall()
    if int(largest) > 0:
        shared = "select birth_date from records group by birth_date having count(*) > ?"
        con.execute(f"delete from records where birth_date in ({shared})", [int(largest)]).fetchall()
    meter.step("read")
    join = "from records l join records r on l.birth_date = r.birth_date and l.id < r.id"
    pairs, blocking = timed(con, f"select count(*) {join}")
    weight = " + ".join(gamma(c) for c in used)
    _, whole = timed(con, f"select count(*) {join} where {weight} > 10.0")
    meter.step("score")
    meter.usage()
    meter.report(
        ["duckdb"],
        candidates=pairs,
        blocking_cpu_seconds=blocking,
        scoring_cpu_seconds=whole,
        columns=used,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Deduplicates a prepared file with the Python Record Linkage Toolkit.

The settings are those of its own documentation:

- "Data deduplication" (Febrl): the comparisons of the names (exact given name,
  Jaro-Winkler of .85 for the surname), of the date of birth, the place, the state
  and the address (.85), and blocks of one given name; blocks of one surname and
  of one date of birth are added as "Performance" advises, since a wrong letter
  in the only key loses the pair;
- "Classification algorithms": ECMClassifier, which needs no labels, on binary
  comparisons; its probability is the pair's.

Records are joined to people by connected components of the pairs of .95 and more.
Every pair is a row of a table in memory, so the file should be small.
"""

import csv
import sys

import numpy
import pandas
import recordlinkage

from meter import Meter

CUT = 0.95
KEEP = 0.01


def features(frame):
    index = recordlinkage.Index()
    for column in ("given_name", "family_name", "birth_date"):
        if column in frame:
            index.block(column)
    pairs = index.index(frame)
    compare = recordlinkage.Compare()
    compare.exact("given_name", "given_name", label="given_name")
    compare.string("family_name", "family_name", method="jarowinkler", threshold=0.85, label="family_name")
    for column in ("birth_date", "city", "state", "postal_code", "sex", "phone", "ssn", "email", "birth_place"):
        if column in frame:
            compare.exact(column, column, label=column)
    if "address" in frame:
        compare.string("address", "address", threshold=0.85, label="address")
    return compare.compute(pairs, frame)


def components(n, links):
    parent = list(range(n))

    def root(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for a, b in links:
        a, b = root(a), root(b)
        if a != b:
            parent[max(a, b)] = min(a, b)
    return [root(i) for i in range(n)]


def main(path, out):
    meter = Meter()
    frame = pandas.read_csv(path, dtype=str, keep_default_na=False)
    frame = frame.apply(lambda column: column.str.strip().str.lower() if column.name != "record_id" else column)
    for column in {"phone", "ssn"} & set(frame.columns):  # its preprocessing has "phonenumbers" for that
        frame[column] = frame[column].str.replace("[^0-9]", "", regex=True)
    frame = frame.replace("", numpy.nan).dropna(axis=1, how="all")
    if not {"given_name", "family_name"} <= set(frame.columns):
        sys.exit("the settings need the columns given_name, family_name")
    ids = frame.pop("record_id").tolist()
    meter.step("read")
    table = features(frame)
    meter.step("compare")
    # ECM cannot learn from a comparison that always says the same
    table = table.loc[:, table.nunique() > 1].fillna(0).astype(int)
    classifier = recordlinkage.ECMClassifier()
    classifier.fit(table)
    probability = classifier.prob(table)
    meter.step("classify")
    links = probability[probability >= CUT].index
    cluster = components(len(ids), links)
    meter.step("cluster")
    with open(f"{out}/clusters.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("record_id", "cluster_id"))
        rows.writerows(zip(ids, cluster))
    meter.step("write")
    meter.usage()
    with open(f"{out}/pairs.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("record_a", "record_b", "weight", "probability"))
        for (a, b), p in probability[probability >= KEEP].items():
            rows.writerow((ids[a], ids[b], "", repr(float(p))))
    meter.report(["recordlinkage", "pandas"], candidates=len(table))


if __name__ == "__main__":
    main(*sys.argv[1:])

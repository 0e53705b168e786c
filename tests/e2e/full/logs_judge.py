"""logs_judge.py TRUTH REPORT: of how many incidents the planted line stands first under the anomaly that they are."""
import datetime
import json
import sys

truth, report = (json.load(open(p)) for p in sys.argv[1:3])


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


found = first = listed = 0
for i in truth["incidents"]:
    near = [a for a in report["anomalies"]["items"] if seconds(a["time"]) <= i["start"] + i["seconds"]
            and seconds(a["end"]) >= i["start"] - 6 and abs(seconds(a["time"]) - i["start"]) < 60]
    found += bool(near)
    texts = [[l["text"] for l in a["logs"] or []] for a in near]
    is_first = any(t and i["text"].startswith(t[0]) for t in texts)
    first += is_first
    listed += any(i["text"].startswith(x) for t in texts for x in t)
    if not is_first:
        print(f"{i['kind']}: {i['text'][:90]}", "no anomaly" if not near else texts[0][:2] or near[0].get("logs_reason"), file=sys.stderr)
n = len(truth["incidents"])
extra = len(report["anomalies"]["items"]) - found
print(f"{first} of {n} planted lines first, {listed} listed; {found} incidents found, {extra} other anomalies, "
      f"{truth['lines']} lines")
sys.exit(0 if n >= 24 and first >= 0.9 * n else 1)

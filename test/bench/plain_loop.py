"""The plain documented loop, for comparison: read one day, follow continuationUri, write gzip'd NDJSON. Standard library only.

It proves nothing, keeps no page, seals nothing: it is what most scripts do. Prints {"events", "cpuSeconds", "peakMiB"}.
Usage: python3 plain_loop.py BASE_URL TOKEN DAY OUT_FILE
"""
import gzip
import json
import resource
import sys
import urllib.parse
import urllib.request

base, token, day, out = sys.argv[1:5]


def get(query):
    request = urllib.request.Request(
        f"{base}/v1.0/myorg/admin/activityevents?{query}", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


events = 0
with gzip.open(out, "wt", compresslevel=6, encoding="utf-8") as lines:
    for hour in range(24):
        start, end = f"{day}T{hour:02}:00:00.000Z", f"{day}T{hour:02}:59:59.999Z"
        page = get(f"startDateTime='{start}'&endDateTime='{end}'")
        while True:
            for event in page["activityEventEntities"]:
                lines.write(json.dumps(event, ensure_ascii=False))
                lines.write("\n")
                events += 1
            if page["continuationUri"] is None:
                break
            page = get(urllib.parse.urlsplit(page["continuationUri"]).query)

usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"events": events, "cpuSeconds": usage.ru_utime + usage.ru_stime, "peakMiB": usage.ru_maxrss / 1024}))

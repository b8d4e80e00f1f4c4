"""Stores what comes with boto3 and threads."""
import json
import os
import resource
import sys
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from hashlib import sha256

import boto3

MIB = 2**20
part_size = int(os.environ["PART_SIZE"])
client = boto3.client(
    "glacier",
    endpoint_url=os.environ["ENDPOINT"],
    region_name="us-east-1",
    aws_access_key_id="AKIABENCH",
    aws_secret_access_key="secret",
)
upload = client.initiate_multipart_upload(vaultName="bench", partSize=str(part_size))
upload_id = upload["uploadId"]


def parts():
    while True:
        part = sys.stdin.buffer.read(part_size)
        if not part:
            return
        yield part


def send(body, start):
    client.upload_multipart_part(
        vaultName="bench",
        uploadId=upload_id,
        range=f"bytes {start}-{start + len(body) - 1}/*",
        body=body,  # botocore hashes it itself
    )


size = 0
leaves = []
with ThreadPoolExecutor(4) as pool:
    under_way = set()
    for part in parts():
        leaves += [sha256(part[at : at + MIB]).digest() for at in range(0, len(part), MIB)]
        under_way.add(pool.submit(send, part, size))
        size += len(part)
        if len(under_way) >= 4:
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            for it in done:
                it.result()
    for it in under_way:
        it.result()
while len(leaves) > 1:
    pairs = [leaves[i : i + 2] for i in range(0, len(leaves), 2)]
    leaves = [sha256(b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
client.complete_multipart_upload(
    vaultName="bench", uploadId=upload_id, archiveSize=str(size), checksum=leaves[0].hex()
)
usage = resource.getrusage(resource.RUSAGE_SELF)
with open(os.environ["BENCH_REPORT"], "w") as report:
    json.dump({"cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss * 1024}, report)

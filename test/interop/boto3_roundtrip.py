"""A multipart upload, its parts, completion and retrieval with boto3: prints the hashes it found as JSON."""

import json
import os
import sys

import boto3
from botocore.utils import calculate_tree_hash

MIB = 1_048_576
endpoint, region, path = sys.argv[1:4]
glacier = boto3.client('glacier', endpoint_url=endpoint, region_name=region)
size = os.path.getsize(path)

glacier.create_vault(vaultName='boto3')
upload = glacier.initiate_multipart_upload(vaultName='boto3', partSize=str(2 * MIB), archiveDescription='from boto3')
with open(path, 'rb') as file:
    for start in range(0, size, 2 * MIB):
        body = file.read(2 * MIB)
        glacier.upload_multipart_part(
            vaultName='boto3', uploadId=upload['uploadId'], range=f'bytes {start}-{start + len(body) - 1}/*', body=body
        )
parts = [
    part
    for page in glacier.get_paginator('list_parts').paginate(vaultName='boto3', uploadId=upload['uploadId'])
    for part in page['Parts']
]
with open(path, 'rb') as file:
    tree_hash = calculate_tree_hash(file)
archive = glacier.complete_multipart_upload(
    vaultName='boto3', uploadId=upload['uploadId'], archiveSize=str(size), checksum=tree_hash
)
with open(path, 'rb') as file:
    small = glacier.upload_archive(vaultName='boto3', body=file.read(1000))
job = glacier.initiate_job(
    vaultName='boto3', jobParameters={'Type': 'archive-retrieval', 'ArchiveId': archive['archiveId']}
)
described = glacier.describe_job(vaultName='boto3', jobId=job['jobId'])
output = glacier.get_job_output(vaultName='boto3', jobId=job['jobId'])
with open(path, 'rb') as file:
    same = output['body'].read() == file.read()
ranged = glacier.get_job_output(vaultName='boto3', jobId=job['jobId'], range=f'bytes={2 * MIB}-{4 * MIB - 1}')
glacier.get_waiter('vault_exists').wait(vaultName='boto3')
vaults = [vault['VaultName'] for page in glacier.get_paginator('list_vaults').paginate() for vault in page['VaultList']]
jobs = [found['JobId'] for page in glacier.get_paginator('list_jobs').paginate(vaultName='boto3') for found in page['JobList']]
glacier.delete_archive(vaultName='boto3', archiveId=small['archiveId'])
try:
    glacier.describe_vault(vaultName='none')
    refused = None
except glacier.exceptions.ResourceNotFoundException as error:
    refused = error.response['Error']['Code']

print(
    json.dumps(
        {
            'treeHash': tree_hash,
            'archiveHash': archive['checksum'],
            'jobHash': described['SHA256TreeHash'],
            'outputHash': output['checksum'],
            'rangeHash': ranged['checksum'],
            'rangeStatus': ranged['status'],
            'partHashes': [part['SHA256TreeHash'] for part in parts],
            'same': same,
            'vaults': vaults,
            'jobs': len(jobs),
            'refused': refused,
        }
    )
)

"""Uploads, lists, restores and reads objects of a local bucket with boto3: prints what it found as JSON."""

import hashlib
import io
import json
import socket
import sys

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

MIB = 1_048_576
endpoint, region, path, style = sys.argv[1:5]
found = socket.getaddrinfo


def loopback(host, *rest):
    """Finds names below localhost, which not every system does."""
    return found('127.0.0.1' if host.endswith('localhost') else host, *rest)


socket.getaddrinfo = loopback
s3 = boto3.client('s3', endpoint_url=endpoint, region_name=region, config=Config(s3={'addressing_style': style}))
config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
key = 'häuser/a b+c//x.tar'


def failure(call, **arguments):
    """The code and status of a call that fails."""
    try:
        call(**arguments)
    except ClientError as error:
        return [error.response['Error']['Code'], error.response['ResponseMetadata']['HTTPStatusCode']]
    return None


s3.create_bucket(Bucket='boto3')
with open(path, 'rb') as file:
    extra = {'StorageClass': 'DEEP_ARCHIVE', 'Metadata': {'owner': 'me'}}
    s3.upload_fileobj(file, 'boto3', key, ExtraArgs=extra, Config=config)
with open(path, 'rb') as file:
    extra = {'ChecksumAlgorithm': 'SHA256'}
    s3.upload_fileobj(file, 'boto3', 'warm', ExtraArgs=extra, Config=config)
for n in range(5):
    s3.put_object(Bucket='boto3', Key=f'small/{n}', Body=io.BytesIO(b'x' * n))
pages = s3.get_paginator('list_objects_v2').paginate(Bucket='boto3', PaginationConfig={'PageSize': 2})
keys = [item['Key'] for page in pages for item in page.get('Contents', [])]
refused = failure(s3.get_object, Bucket='boto3', Key=key)
request = {'Days': 1, 'GlacierJobParameters': {'Tier': 'Bulk'}}
s3.restore_object(Bucket='boto3', Key=key, RestoreRequest=request)
head = s3.head_object(Bucket='boto3', Key=key, ChecksumMode='ENABLED')
read = io.BytesIO()
s3.download_fileobj('boto3', key, read, Config=config)
warm = s3.get_object(Bucket='boto3', Key='warm')['Body'].read()
attributes = s3.get_object_attributes(
    Bucket='boto3', Key='warm', ObjectAttributes=['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize']
)
exists = failure(s3.put_object, Bucket='boto3', Key='warm', Body=b'', IfNoneMatch='*')
missing = failure(s3.head_object, Bucket='boto3', Key='none')
print(
    json.dumps(
        {
            'keys': keys,
            'refused': refused,
            'exists': exists,
            'missing': missing,
            'restore': head['Restore'],
            'size': head['ContentLength'],
            'metadata': head['Metadata'],
            'checksumType': head['ChecksumType'],
            'read': hashlib.sha256(read.getvalue()).hexdigest(),
            'warm': hashlib.sha256(warm).hexdigest(),
            'parts': [part['ChecksumSHA256'] for part in attributes['ObjectParts']['Parts']],
            'composite': attributes['Checksum']['ChecksumSHA256'],
        }
    )
)

"""Every operation, paginator and waiter boto3 has, against a local vault: prints what it found as JSON."""

import json
import sys

import boto3

endpoint, region = sys.argv[1:3]
glacier = boto3.client('glacier', endpoint_url=endpoint, region_name=region)
called = []
glacier.meta.events.register('before-call.glacier', lambda model, **_: called.append(model.name))
TOPIC = 'arn:aws:sns:us-east-1:111122223333:topic'
POLICY = json.dumps({'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'glacier:*'}]})
found = {}
v = {'vaultName': 'boto3'}

for i in range(12):
    glacier.create_vault(vaultName=f'page-{i:02}')
glacier.create_vault(**v)
glacier.get_waiter('vault_exists').wait(**v)
found['vaults'] = len([vault for page in glacier.get_paginator('list_vaults').paginate() for vault in page['VaultList']])
for i in range(12):
    glacier.delete_vault(vaultName=f'page-{i:02}')
glacier.get_waiter('vault_not_exists').wait(vaultName='page-00')

archive = glacier.upload_archive(**v, body=b'hello world', archiveDescription='say "hi"')
found['treeHash'] = archive['checksum']
found['count'] = glacier.describe_vault(**v)['NumberOfArchives']
for i in range(52):
    upload = glacier.initiate_multipart_upload(**v, partSize='1048576')
glacier.upload_multipart_part(**v, uploadId=upload['uploadId'], range='bytes 0-10/*', body=b'hello world')
found['parts'] = [
    part['RangeInBytes']
    for page in glacier.get_paginator('list_parts').paginate(**v, uploadId=upload['uploadId'])
    for part in page['Parts']
]
found['uploads'] = len(
    [u for page in glacier.get_paginator('list_multipart_uploads').paginate(**v) for u in page['UploadsList']]
)
glacier.complete_multipart_upload(
    **v, uploadId=upload['uploadId'], archiveSize='11', checksum=found['treeHash']
)
glacier.abort_multipart_upload(**v, uploadId=glacier.list_multipart_uploads(**v)['UploadsList'][0]['MultipartUploadId'])

inventory = glacier.initiate_job(
    **v,
    jobParameters={'Type': 'inventory-retrieval', 'Format': 'JSON', 'InventoryRetrievalParameters': {'Limit': '1'}},
)
found['marker'] = glacier.describe_job(**v, jobId=inventory['jobId'])['InventoryRetrievalParameters']['Marker'] is not None
listed = json.loads(glacier.get_job_output(**v, jobId=inventory['jobId'])['body'].read())
found['inventory'] = len(listed['ArchiveList'])
for i in range(51):
    job = glacier.initiate_job(
        **v, jobParameters={'Type': 'archive-retrieval', 'ArchiveId': archive['archiveId'], 'Tier': 'Bulk'}
    )
output = glacier.get_job_output(**v, jobId=job['jobId'], range='bytes=0-4')
found['output'] = [output['status'], output['contentRange'], output['body'].read().decode()]
found['jobs'] = len([j for page in glacier.get_paginator('list_jobs').paginate(**v) for j in page['JobList']])
glacier.delete_archive(**v, archiveId=archive['archiveId'])

glacier.add_tags_to_vault(**v, Tags={'a': '1', 'b': '2'})
glacier.remove_tags_from_vault(**v, TagKeys=['a'])
found['tags'] = glacier.list_tags_for_vault(**v)['Tags']

glacier.set_vault_notifications(**v, vaultNotificationConfig={'SNSTopic': TOPIC, 'Events': ['ArchiveRetrievalCompleted']})
found['topic'] = glacier.get_vault_notifications(**v)['vaultNotificationConfig']['SNSTopic']
glacier.delete_vault_notifications(**v)

glacier.set_vault_access_policy(**v, policy={'Policy': POLICY})
found['policy'] = glacier.get_vault_access_policy(**v)['policy']['Policy'] == POLICY
glacier.delete_vault_access_policy(**v)

glacier.initiate_vault_lock(**v, policy={'Policy': POLICY})
glacier.abort_vault_lock(**v)
lock = glacier.initiate_vault_lock(**v, policy={'Policy': POLICY})
glacier.complete_vault_lock(**v, lockId=lock['lockId'])
found['lock'] = glacier.get_vault_lock(**v)['State']

glacier.set_data_retrieval_policy(Policy={'Rules': [{'Strategy': 'BytesPerHour', 'BytesPerHour': 1000}]})
found['rule'] = glacier.get_data_retrieval_policy()['Policy']['Rules'][0]['Strategy']
glacier.purchase_provisioned_capacity()
found['capacity'] = len(glacier.list_provisioned_capacity()['ProvisionedCapacityList'])
glacier.set_data_retrieval_policy(Policy={'Rules': [{'Strategy': 'None'}]})

found['missing'] = sorted(set(glacier.meta.service_model.operation_names) - set(called))
print(json.dumps(found))

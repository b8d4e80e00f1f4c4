import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { join } from 'node:path'
import type { Test } from 'tap'
import { s3Client } from '../../lib/s3/sdk/s3-client.js'
import type { S3ClientSettings } from '../../lib/s3/sdk/s3-client-like.js'
import type { SdkBucketClient } from '../../lib/s3/sdk/sdk-bucket-client.js'
import { commandHere, start, type Ended } from '../helpers/command.js'

/** The differences of a server from S3. The tests assert each of them, so that they show it when a new version of the server changes one. */
export interface Ways {
  /** A storage class of archived objects that the server has. */
  readonly archiveClass: 'DEEP_ARCHIVE' | undefined
  /** Whether HeadBucket names the region. */
  readonly namesRegion: boolean
  /** Whether a completion with `If-None-Match: *` is refused if the key has an object. */
  readonly completesIfAbsent: boolean
  /** Whether a deletion with `If-Match` keeps an object that has another ETag. */
  readonly deletesIfMatch: boolean
  /** Whether signatures and hashes of bodies are checked. */
  readonly checksBodies: boolean
  /** Whether a completion states a composite, which is wrong. */
  readonly statesWrongComposite: boolean
}

/** A server of S3 that others have written, and that runs. */
export interface OtherServer {
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly ways: Ways
  /** Ends it, and removes what it has stored. */
  readonly stop: () => Promise<void>
}

/** A new bucket of a server, for one test. */
export interface OtherBucket {
  readonly bucket: string
  readonly ways: Ways
  readonly client: SdkBucketClient
  /** Makes another client of this package. */
  readonly clientWith: (settings: S3ClientSettings) => SdkBucketClient
  /** A folder for the catalog and files. */
  readonly dir: string
  /** Runs the command in this process. */
  readonly run: (args: readonly string[], input?: Uint8Array) => Promise<Ended>
  /** Starts the built command in a process of its own. */
  readonly start: (args: readonly string[]) => ReturnType<typeof start>
}

const REGION = 'us-east-1'
let buckets = 0

/** Makes a bucket for one test. */
export async function otherBucketFor(test: Test, server: OtherServer): Promise<OtherBucket> {
  const { endpoint, credentials, ways } = server
  const bucket = `backups-${++buckets}`
  const settings = { endpoint, region: REGION, credentials }
  const theirs = new S3Client({ ...settings, forcePathStyle: true })
  await theirs.send(new CreateBucketCommand({ Bucket: bucket }))
  theirs.destroy()
  const clientWith = (more: S3ClientSettings): SdkBucketClient => {
    const client = s3Client({ ...settings, ...more })
    test.teardown(() => {
      client.destroy()
    })
    return client
  }
  const dir = test.testdir({})
  const keys = {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  }
  const withPlace = (args: readonly string[]): string[] => {
    const catalog = ['--catalog', join(dir, 'catalog.jsonl')]
    return [...args, ...(args[0] === 'ls' ? [] : ['--endpoint', endpoint, '--region', REGION]), ...catalog]
  }
  return {
    ...{ bucket, ways, clientWith, dir, client: clientWith({}) },
    run: (args, input) => commandHere(withPlace(args), keys, input),
    start: (args) => start(withPlace(args), keys),
  }
}

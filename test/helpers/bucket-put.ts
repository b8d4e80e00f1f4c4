import { CreateBucketCommand, HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import type { S3Client } from '@aws-sdk/client-s3'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Test } from 'tap'
import type { CatalogRecord } from '../../lib/catalog/record.js'
import type { LocalBucket, LocalBucketOptions, LocalCredentials } from '../../lib/local/index.js'
import { runHere, stage, type Stage } from './command.js'
import { localBucketFor, s3ClientFor } from './local-bucket.js'
import { recordsOf } from './put.js'
import { VirtualClock } from './virtual-clock.js'

/** The outcome of a command. */
export interface RanHere {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A bucket `backups` in this process, and commands that reach it. */
export interface BucketWorld {
  readonly server: LocalBucket
  readonly sdk: S3Client
  /** A folder, in which the catalog is. */
  readonly dir: string
  /** The options by which a command reaches it. */
  readonly where: readonly string[]
  /** Runs a command. */
  readonly run: (args: readonly string[], input?: Uint8Array | Readable, env?: object) => Promise<RanHere>
  /** Starts a command. */
  readonly start: (
    args: readonly string[],
    input: Readable,
  ) => { readonly it: Stage; readonly ended: Promise<RanHere> }
  /** The number of requests of an operation. */
  readonly requests: (operation: string) => number
  readonly head: (key: string) => Promise<HeadObjectCommandOutput>
  readonly records: () => Promise<CatalogRecord[]>
}

/** Starts a bucket for one test. */
export async function bucketWorld(
  test: Test,
  credentials: LocalCredentials,
  options: Partial<LocalBucketOptions> = {},
): Promise<BucketWorld> {
  const server = await localBucketFor(test, { credentials, region: 'eu-west-1', ...options })
  const sdk = s3ClientFor(test, server)
  await sdk.send(
    new CreateBucketCommand({
      Bucket: 'backups',
      CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
    }),
  )
  const dir = test.testdir({})
  const catalog = join(dir, 'catalog.jsonl')
  const where = ['--endpoint', server.endpoint, '--region', server.region, '--catalog', catalog]
  const withPlace = (args: readonly string[]): string[] => {
    const words = args[0] === 'catalog' ? 2 : 1
    const place = args[0] === 'ls' ? where.slice(-2) : where // ls connects to nothing
    return [...args.slice(0, words), ...place, ...args.slice(words)]
  }
  const start: BucketWorld['start'] = (args, input) => {
    const it = stage(input, [], {}, new VirtualClock())
    return { it, ended: endOf(it, withPlace(args)) }
  }
  return {
    server,
    sdk,
    dir,
    where,
    start,
    run: (args, input = Buffer.alloc(0), env = {}) =>
      endOf(stage(input, [], { ...env }, new VirtualClock()), withPlace(args)),
    requests: (operation) => server.traffic.of(operation).requests,
    head: (Key) => sdk.send(new HeadObjectCommand({ Bucket: 'backups', Key, ChecksumMode: 'ENABLED' })),
    records: () => recordsOf(catalog),
  }
}

async function endOf(it: Stage, args: readonly string[]): Promise<RanHere> {
  const code = await runHere(args, it)
  return { code, out: it.out(), err: it.err() }
}

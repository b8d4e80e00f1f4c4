/** Tree hashes of known bytes: the endpoint's own must be the same. */
import { guess, guide, thread, type Assertion, type Group } from '../assertion.js'
import { hasHeader, hasStatus, isEqual, isRefusal } from '../expectations.js'
import { step, vaultStep } from '../session.js'
import { uploadArchive } from '../stored.js'
import { MIB, numberedMebibytes, sha256, treeHash } from '../tree-hash.js'

const PAGE = 'checksum-calculations'

const vault = vaultStep('tree-hashes')

interface Vector {
  readonly id: string
  readonly what: string
  readonly bytes: () => Buffer
  /** Known from elsewhere, so that the suite's own computation is checked as well. */
  readonly hash: string
}

const VECTORS: readonly Vector[] = [
  {
    id: 'bar',
    what: 'the text "bar"',
    bytes: () => Buffer.from('bar'),
    hash: 'fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9',
  },
  {
    id: 'text',
    what: '114 bytes of text',
    bytes: () => Buffer.from(`Hello, world! ${'x'.repeat(100)}`),
    hash: '15aad04dbdebee9ad90ba889d8eb3b9045be355fed57c62894bc2b1ae259c8c8',
  },
  {
    id: 'mib-less-1',
    what: '1 MiB of zeros less a byte',
    bytes: () => Buffer.alloc(MIB - 1),
    hash: 'ca7ed0c4a8e67cbdc461c4cb0d286d2fabbd9f0c41a7f42b665f72ebaa8aec56',
  },
  {
    id: 'mib',
    what: '1 MiB of zeros',
    bytes: () => Buffer.alloc(MIB),
    hash: '30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58',
  },
  {
    id: 'mib-and-1',
    what: '1 MiB of zeros and a byte',
    bytes: () => Buffer.alloc(MIB + 1),
    hash: '28638dab8d5e1754a4ecb38b0ebe6df66c844f94aed142d4d0283d208bb786cd',
  },
  {
    id: 'mib-2',
    what: '2 MiB, each of its own byte',
    bytes: () => numberedMebibytes(2 * MIB),
    hash: '56000aae067539dced6beb96e22a17d7a596e8824a93fc35dd06c13fba9e9a1b',
  },
  {
    id: 'mib-3',
    what: '3 MiB, each of its own byte',
    bytes: () => numberedMebibytes(3 * MIB),
    hash: 'ab17570ee8be686a3dab82afd38d793cbc47f401fc72289ab00ff6a608707378',
  },
  {
    id: 'mib-5',
    what: '5 MiB, each of its own byte',
    bytes: () => numberedMebibytes(5 * MIB),
    hash: '2c55c597970ccba9f68041f6cc6170627bf12f72ceebe677ab4da93c6260294c',
  },
  {
    id: 'mib-5.5',
    what: '5.5 MiB of the character 0',
    bytes: () => Buffer.alloc(5.5 * MIB, '0'),
    hash: '154e26c78fd74d0c2c9b3cc4644191619dc4f2cd539ae2a74d5fd07957a3ee6a',
  },
  {
    id: 'mib-7',
    what: '7 MiB, each of its own byte',
    bytes: () => numberedMebibytes(7 * MIB),
    hash: '03687114c17503fcdf3c531fec5967a271ae259e989fbd1a21878685ea4e1313',
  },
]

function assertionOf({ id, what, bytes, hash }: Vector): Assertion {
  return guide(PAGE, id, `The tree hash of ${what} is accepted and returned.`, async (session) => {
    const body = bytes()
    isEqual("the suite's own tree hash", treeHash(body), hash)
    const answer = await uploadArchive(session, await vault(session), body)
    hasStatus(answer, 201)
    hasHeader(answer, 'x-amz-sha256-tree-hash', hash)
  })
}

const linear = step('an upload with a linear hash', async (session) => {
  const body = numberedMebibytes(2 * MIB)
  const headers = { 'x-amz-sha256-tree-hash': sha256(body) }
  return uploadArchive(session, await vault(session), body, headers)
})

/** Tree hashes. */
export const treeHashes: Group = {
  name: 'tree-hashes',
  title: 'Tree hashes of known bytes',
  assertions: [
    ...VECTORS.map(assertionOf),
    guide(
      PAGE,
      'linear',
      'The SHA-256 of 2 MiB is refused as a tree hash with 400 InvalidParameterValueException.',
      async (session) => {
        isRefusal(await linear(session), 400, 'InvalidParameterValueException')
      },
    ),
    guide(
      PAGE,
      'swapped',
      'The tree hash of the same leaves in another order is refused with 400 InvalidParameterValueException.',
      async (session) => {
        const body = numberedMebibytes(2 * MIB)
        const swapped = Buffer.concat([body.subarray(MIB), body.subarray(0, MIB)])
        const headers = { 'x-amz-sha256-tree-hash': treeHash(swapped) }
        const answer = await uploadArchive(session, await vault(session), body, headers)
        isRefusal(answer, 400, 'InvalidParameterValueException')
      },
    ),
    thread(
      'basak/glacier-cli#27',
      'tree-as-linear',
      'The tree hash of 2 MiB is refused as a SHA-256 with 403 InvalidSignatureException.',
      async (session) => {
        const body = numberedMebibytes(2 * MIB)
        const headers = { 'x-amz-content-sha256': treeHash(body) }
        const answer = await uploadArchive(session, await vault(session), body, headers)
        isRefusal(answer, 403, 'InvalidSignatureException')
      },
    ),
    guess(
      'All examples of the guide are in lowercase; that capitals are refused is not said.',
      'capitals',
      'A tree hash in capital letters is refused with 400 InvalidParameterValueException.',
      async (session) => {
        const body = Buffer.from('bar')
        const headers = { 'x-amz-sha256-tree-hash': treeHash(body).toUpperCase() }
        const answer = await uploadArchive(session, await vault(session), body, headers)
        isRefusal(answer, 400, 'InvalidParameterValueException')
      },
    ),
  ],
}

import t from 'tap'
import { testBuckets } from './bucket-tests.js'
import { startRadosgw } from './radosgw.js'

// Buckets of radosgw, the server of Ceph: it checks signatures and the hashes of bodies, and knows no SHA-256 of parts in the version
// of Debian 12.

testBuckets(t, await startRadosgw())

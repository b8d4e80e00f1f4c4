import t from 'tap'
import { testBuckets } from './bucket-tests.js'
import { startMoto } from './moto.js'

// Buckets of `moto_server`, an implementation that others have written. It checks no hashes: those are checked by the local bucket,
// and by radosgw.

testBuckets(t, await startMoto())

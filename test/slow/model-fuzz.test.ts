import t from 'tap'
import { fuzzByModel } from '../helpers/model-fuzz.js'

// 10,000 requests that are generated from the service's model. MODEL_FUZZ_SEED and MODEL_FUZZ_REQUESTS repeat a run.

const { MODEL_FUZZ_SEED: seed = String(Date.now() % 2 ** 32), MODEL_FUZZ_REQUESTS: count = '10000' } =
  process.env

t.test(
  'requests made of the model get answers of the model, and leave nothing but what is documented',
  async (t) => {
    await fuzzByModel(t, Number(seed), Number(count))
  },
)

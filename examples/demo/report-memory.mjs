/** Loaded with --import: when the process ends, writes its peak memory, in bytes, into the file `PEAK_MEMORY_FILE`. */
import { writeFileSync } from 'node:fs'

const file = process.env.PEAK_MEMORY_FILE
if (!file) throw new Error('PEAK_MEMORY_FILE is not set.')
process.on('exit', () => {
  writeFileSync(file, String(process.resourceUsage().maxRSS * 1024))
})

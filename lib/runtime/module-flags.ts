/**
 * The flags of Node.js that a thread or a process of this package is started with: none. With some of those of the
 * process, such as `--input-type`, it would not start. Only code that was not compiled needs them, for its loader.
 *
 * @param moduleUrl - the URL of the module that starts it
 */
export function flagsFor(moduleUrl: string): string[] {
  return moduleUrl.endsWith('.ts') ? process.execArgv : []
}

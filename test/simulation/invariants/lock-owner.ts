/** The owners of locks, by the names of their files. */

/** The name of the process that a file is named for: the second field of the name; `undefined` for other files. */
export function ownerIn(path: string): string | undefined {
  const [, name] = /\/\d+_([^_/]+)_[^/]*$/.exec(path) ?? []
  return name === undefined ? undefined : decodeURIComponent(name)
}

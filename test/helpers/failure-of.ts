/** The error of a call, and whether it was thrown and not the promise's. */
export async function failureOf(call: () => unknown): Promise<{ error?: unknown; isThrown?: boolean }> {
  let returned: unknown
  try {
    returned = call()
  } catch (error) {
    return { error, isThrown: true }
  }
  if (!(returned instanceof Promise)) return {}
  try {
    await returned
    return {}
  } catch (error) {
    return { error, isThrown: false }
  }
}

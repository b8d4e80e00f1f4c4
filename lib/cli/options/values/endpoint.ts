/** Endpoints on the command line. */
import { UsageError } from '../../command-errors.js'

/**
 * Checks an endpoint. Messages do not repeat it: it may contain a password.
 *
 * @returns the endpoint as it is
 * @throws {UsageError} it is no address of http or https, or has a user name, a password, a query or a fragment
 */
export function checkedEndpoint(endpoint: string): string {
  if (!URL.canParse(endpoint) || !/^https?:/i.test(endpoint))
    throw new UsageError('--endpoint must be an http or https address, as http://127.0.0.1:8080.')
  const { username, password, search, hash } = new URL(endpoint)
  if (username !== '' || password !== '')
    throw new UsageError(
      '--endpoint must have no user name or password: requests are signed with AWS credentials.',
    )
  if (search !== '' || hash !== '')
    throw new UsageError('--endpoint must be an address without a query (?) or fragment (#).')
  return endpoint
}

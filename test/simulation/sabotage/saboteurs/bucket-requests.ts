/** Breakages of the adapter of a bucket, which only runs below the SDK have. */
import type { Saboteur } from '../saboteur.js'

const network = 'bucket-sdk'

/** Breakages of the adapter of a bucket. */
export const BUCKET_REQUEST_SABOTEURS: readonly Saboteur[] = [
  {
    name: 'redirect-is-followed',
    about: 'a request that is redirected to another region is sent again, with a body that has been read',
    network,
    file: 's3/sdk/one-request.ts',
    find: "    name: 'regionRedirectMiddleware',",
    replace: "    name: 'glacierPipeRedirect',",
  },
  {
    name: 'error-in-success-is-a-refusal',
    about: 'an error in the body of a success says that the request was not carried out',
    network,
    file: 's3/sdk/xml-response.ts',
    find: "if (root === 'Error') response.statusCode = 500",
    replace: "if (root === 'Error') response.statusCode = 400",
  },
]

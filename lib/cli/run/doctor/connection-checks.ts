/** Checks of the connection: the configuration of the client, and the local vault or bucket. */
import type { DiagnosedConnection } from '../../../client/diagnosis.js'
import { MissingPackageError } from '../../../errors.js'
import type { DoctorOptions } from '../../commands/doctor.js'
import type { Io } from '../../io.js'
import { localDirOf } from '../data-folder.js'
import { withoutPackage } from './bucket-checks.js'
import { failedWith, ok, withoutRegion, type Check, type Finding } from './check.js'
import { credentialsCheck, regionCheck } from './credentials-checks.js'
import { localCheck, type LocalPlace } from './local-check.js'
import { networkCheck } from './machine-checks.js'

/** The service that requests go to, as its host name has it. */
type ServiceName = 'glacier' | 's3'

/** A client whose configuration is checked. */
export interface CheckedClient {
  readonly connection: DiagnosedConnection
  region(): Promise<string>
  endpoint(): Promise<string | undefined>
}

/** The checks of a client, or of the folder that is used instead of a service. */
export function connectionChecks(
  client: CheckedClient,
  service: ServiceName,
  options: DoctorOptions,
  io: Io,
): Check[] {
  const { connection } = client
  const place: LocalPlace = service === 's3' ? 'bucket' : 'vault'
  const dir = localDirOf(options, io.env)
  const needsPackage = service === 's3'
  const packageCheck: Check = { name: 'package', run: () => packageFinding(connection) }
  const packages = needsPackage ? [packageCheck] : []
  if (dir !== undefined)
    return [...packages, { name: 'local', run: () => ok(`the local ${place} in ${dir} is used`) }]
  const ifInstalled = (run: () => Promise<Finding>): Check['run'] => {
    return async () => (needsPackage && !(await isInstalled(connection)) ? withoutPackage() : run())
  }
  return [
    ...packages,
    { name: 'local', run: () => localCheck(io, place) },
    { name: 'credentials', run: ifInstalled(() => credentialsCheck(connection, options, Date.now)) },
    { name: 'region', run: ifInstalled(() => regionCheck(connection, options, io.env)) },
    {
      name: 'network',
      run: ifInstalled(async () => {
        const endpoint = await endpointOf(client, service)
        return endpoint === undefined ? withoutRegion() : networkCheck(endpoint, io.env)
      }),
    },
  ]
}

/** Checks that the optional package is there, by loading it. */
async function packageFinding(connection: Pick<DiagnosedConnection, 'sdkClient'>): Promise<Finding> {
  try {
    await connection.sdkClient()
    return ok('@aws-sdk/client-s3 is installed')
  } catch (error) {
    if (!(error instanceof MissingPackageError)) throw error
    return failedWith(error, `npm install ${error.packageName}`)
  }
}

function isInstalled(connection: Pick<DiagnosedConnection, 'sdkClient'>): Promise<boolean> {
  return connection.sdkClient().then(
    () => true,
    (error: unknown) => !(error instanceof MissingPackageError),
  )
}

/** The URL that requests go to; `undefined` if it depends on the region, and none is set. */
export async function endpointOf(
  client: Pick<CheckedClient, 'endpoint' | 'region'>,
  service: ServiceName,
): Promise<string | undefined> {
  const region = await client.region().catch(() => undefined)
  const endpoint = await client.endpoint().catch(() => undefined)
  return endpoint ?? (region && `https://${service}.${region}.amazonaws.com`)
}

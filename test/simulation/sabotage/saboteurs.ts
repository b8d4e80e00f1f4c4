/** All breakages. */
import type { Saboteur } from './saboteur.js'
import { BUCKET_SABOTEURS } from './saboteurs/bucket.js'
import { BUCKET_REQUEST_SABOTEURS } from './saboteurs/bucket-requests.js'
import { CATALOG_SABOTEURS } from './saboteurs/catalog.js'
import { RESTORE_SABOTEURS } from './saboteurs/restores.js'
import { RETRIEVE_SABOTEURS } from './saboteurs/retrieve.js'
import { TRANSFER_SABOTEURS } from './saboteurs/transfer.js'
import { UPLOAD_SABOTEURS } from './saboteurs/upload.js'

/** The breakages that the simulation must find, each within 10,000 seeds. */
export const SABOTEURS: readonly Saboteur[] = [
  ...UPLOAD_SABOTEURS,
  ...TRANSFER_SABOTEURS,
  ...RETRIEVE_SABOTEURS,
  ...CATALOG_SABOTEURS,
  ...BUCKET_SABOTEURS,
  ...BUCKET_REQUEST_SABOTEURS,
  ...RESTORE_SABOTEURS,
]

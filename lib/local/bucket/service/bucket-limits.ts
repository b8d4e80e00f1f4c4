/** The limits of Amazon S3 (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html). */
import { GIB, MIB } from '../../../sizes.js'

/** The maximum number of a part; the first is 1. */
export const MAX_PART_NUMBER = 10_000
/** The minimum of bytes of each part but the last. */
export const MIN_PART_BYTES: number = 5 * MIB
/** The maximum of bytes of a part, and of an object that one request stores. */
export const MAX_PART_BYTES: number = 5 * GIB
/** The maximum of bytes of a key in UTF-8. */
export const MAX_KEY_BYTES = 1024
/** The maximum of bytes of all names and values of user metadata. */
export const MAX_METADATA_BYTES = 2048
/** The maximum number of entries on a page of a list. */
export const MAX_PAGE_ENTRIES = 1000
/** The maximum number of tags of an object. */
export const MAX_TAGS = 10
/** The maximum of bytes of the XML of a request: 10,000 parts with their checksums need less. */
export const MAX_XML_BYTES: number = 8 * MIB

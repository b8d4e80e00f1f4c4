/** Units of sizes, in bytes. */

/** 1 MiB: 1,048,576 bytes. */
export const MIB = 1_048_576
/** 1 GiB: 1,073,741,824 bytes. */
export const GIB: number = 1024 * MIB

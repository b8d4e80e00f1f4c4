/** The settings of the clients of the SDK that it would otherwise read from the environment or from files. */

/** The settings. */
export const SDK_SETTINGS = {
  region: 'us-east-1',
  maxAttempts: 1,
  retryMode: 'standard',
  defaultsMode: 'standard',
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  userAgentAppId: () => Promise.resolve(undefined),
  authSchemePreference: () => Promise.resolve([]),
} as const

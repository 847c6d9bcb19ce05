/**
 * What a release from 4.0.0 on writes into the header's version: `releaseVersion('5.5.0')` is 513.
 * Ordinals go up by two per number, numbers never released included. Read in common/…/MQVersion.java.
 */
export function releaseVersion(release: string): number {
  const [major = 0, minor = 0, patch = 0] = release.split('.').map(Number)
  return V4_0_0 + (major - 4) * 200 + minor * 20 + patch * 2
}

const V4_0_0 = 213

import type { DataVersion } from '@rocketmq-ts/remoting/wire'

/** Whether two versions say that nothing changed between them (read in remoting/…/protocol/DataVersion.java). */
export function isSameVersion(one: DataVersion, other: DataVersion): boolean {
  return stateOf(one) === stateOf(other) && one.timestamp === other.timestamp && one.counter === other.counter
}

/** The controller state of a version; 0 from brokers that know no controller. */
export function stateOf(version: DataVersion): number {
  return version.stateVersion?.toNumber() ?? 0
}

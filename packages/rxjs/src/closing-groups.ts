import type { Client } from '@rocketmq-ts/client'

const CLOSING = new WeakMap<Client, Map<string, Promise<unknown>>>()

/** The stream of this group that is still closing at this client, if there is one: another has to wait until it has left the group. */
export function closingStreamOf(client: Client, group: string): Promise<unknown> | undefined {
  return CLOSING.get(client)?.get(group)
}

/**
 * Another has to wait for this one too, and for those that were closing before: one that never began closes at once.
 *
 * @param closed resolves when the stream has left the group; must not reject.
 */
export function rememberClosing(client: Client, group: string, closed: Promise<unknown>): void {
  const groups = CLOSING.get(client) ?? new Map<string, Promise<unknown>>()
  const all = Promise.all([groups.get(group), closed])
  CLOSING.set(client, groups.set(group, all))
  const forget = (): void => {
    if (groups.get(group) === all) groups.delete(group)
  }
  void all.then(forget)
}

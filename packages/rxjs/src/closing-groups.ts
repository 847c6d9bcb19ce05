import type { Client } from '@rocketmq-ts/client'

const CLOSING = new WeakMap<Client, Map<string, Promise<unknown>>>()

/** The stream of this group that is still closing at this client, if there is one: another has to wait until it has left the group. */
export function closingStreamOf(client: Client, group: string): Promise<unknown> | undefined {
  return CLOSING.get(client)?.get(group)
}

/** @param closed resolves when the stream has left the group; must not reject. */
export function rememberClosing(client: Client, group: string, closed: Promise<unknown>): void {
  const groups = CLOSING.get(client) ?? new Map<string, Promise<unknown>>()
  CLOSING.set(client, groups.set(group, closed))
  const forget = (): void => {
    if (groups.get(group) === closed) groups.delete(group)
  }
  void closed.then(forget)
}

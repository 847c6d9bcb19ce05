import { clients, offsets, topicSettings } from './administration'
import type { HostileRequest } from './hostile-request'
import { nameserverRequests } from './nameserver'
import { pulls } from './pulls'
import { queries } from './queries'
import { sends } from './sends'
import { topicNames } from './topic-names'

export { type HostileRequest, type Outcome, QUEUES, TOPIC } from './hostile-request'

/** Every request of the table, in an order in which none changes what a later one gets. */
export const hostileRequests: readonly HostileRequest[] = [
  ...sends,
  ...topicNames,
  ...pulls,
  ...queries,
  ...topicSettings,
  ...offsets,
  ...clients,
  ...nameserverRequests
]

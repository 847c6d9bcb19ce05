import { type MessageQueue, queueKey } from '../message-queue'
import type { TopicRoute } from './topic-route'

/** What a new route changed. */
export interface RouteDiff {
  readonly publishQueuesChanged: boolean
  readonly subscribeQueuesChanged: boolean
  readonly addressesChanged: boolean
}

/** Compares a topic's new route with the one before; everything counts as changed when there was none. */
export function routeDiff(before: TopicRoute | undefined, after: TopicRoute): RouteDiff {
  return {
    publishQueuesChanged: queuesText(before?.publishQueues) !== queuesText(after.publishQueues),
    subscribeQueuesChanged: queuesText(before?.subscribeQueues) !== queuesText(after.subscribeQueues),
    addressesChanged: addressesText(before) !== addressesText(after)
  }
}

/** Whether anything changed at all. */
export function isRouteChanged(diff: RouteDiff): boolean {
  return diff.publishQueuesChanged || diff.subscribeQueuesChanged || diff.addressesChanged
}

function queuesText(queues: readonly MessageQueue[] | undefined): string | undefined {
  return queues?.map(queueKey).join()
}

function addressesText(route: TopicRoute | undefined): string | undefined {
  if (route === undefined) return undefined
  const lines = [...route.brokers].map(([name, addresses]) => `${name}=${[...addresses].sort(([a], [b]) => a - b).join('/')}`)
  return lines.sort().join()
}

import { BrokerUnknownError, type SendAttempt } from '../errors'
import type { MessageQueue } from '../message-queue'
import { MASTER_ID } from '../route/topic-route'
import type { Outgoing } from './outgoing'
import type { ProducerParts } from './producer-parts'
import { abortedSend, type FailedSend, gaveUp, noQueue } from './send-errors'
import { sendHeader, sendRow } from './send-request'

/**
 * Sends without asking for an answer, and so without another attempt.
 *
 * @throws NotSentError when there is no queue or no connection.
 */
export async function sendOneway(parts: ProducerParts, outgoing: Outgoing): Promise<void> {
  const { topic, options } = outgoing
  if (topic.entry?.route === undefined) await findRoute(parts, outgoing)
  if (options.signal?.aborted) throw abortedSend(failedSend(outgoing), options.signal.reason)
  const queue = parts.choice.choose(topic, options, undefined)
  if (queue === undefined) throw noQueue(failedSend(outgoing), undefined)
  const address = topic.entry?.route?.brokers.get(queue.brokerName)?.get(MASTER_ID)
  try {
    if (address === undefined) throw new BrokerUnknownError(queue.brokerName, 'master')
    await parts.remoting.invokeOneway(address, sendRow(outgoing), sendHeader(parts, outgoing, queue), outgoing.body)
  } catch (error) {
    parts.choice.failed(queue.brokerName)
    parts.refreshRoute(topic)
    throw gaveUp(failedSend(outgoing, { queue, address, error }))
  }
}

async function findRoute(parts: ProducerParts, outgoing: Outgoing): Promise<void> {
  try {
    await parts.findRoute(outgoing.topic)
  } catch (error) {
    throw noQueue(failedSend(outgoing), error)
  }
}

function failedSend(
  { topic, messageId }: Outgoing,
  attempt?: { queue: MessageQueue; address: string | undefined; error: unknown }
): FailedSend {
  const attempts: SendAttempt[] = attempt === undefined ? [] : [attempt]
  return { topic: topic.name, messageId, attempts, sent: 'no' }
}

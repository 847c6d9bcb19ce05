import type { Processor } from '@rocketmq-ts/remoting'
import { groupNameProblem, type MessageQueue, type RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import type { BrokerLimits } from '../broker-limits'
import type { QueueLocks } from '../queue-locks'
import { Refusal } from '../refusal'
import { queueIdLimit, type TopicTable } from '../topic/topic-table'

export interface LockQueuesOptions {
  readonly locks: QueueLocks
  readonly topics: TopicTable
  readonly brokerName: string
  readonly limits: BrokerLimits
}

/** LOCK_BATCH_MQ: the answer names the queues that the client holds now. Queues that this broker has not are not locked. */
export function lockQueues(options: LockQueuesOptions): Processor<typeof RequestCode.LOCK_BATCH_MQ> {
  return ({ body: { consumerGroup, clientId, mqSet } }) => {
    const problem = groupNameProblem(consumerGroup) ?? countProblem(mqSet, options.limits)
    if (problem !== undefined) return new Refusal(ResponseCode.INVALID_PARAMETER, problem)
    const own = mqSet.filter((queue) => isOwn(queue, options))
    return { code: ResponseCode.SUCCESS, body: { lockOKMQSet: options.locks.lock(consumerGroup, clientId, own) } }
  }
}

/** UNLOCK_BATCH_MQ. */
export function unlockQueues({ locks, limits }: LockQueuesOptions): Processor<typeof RequestCode.UNLOCK_BATCH_MQ> {
  return ({ body: { consumerGroup, clientId, mqSet } }) => {
    const problem = countProblem(mqSet, limits)
    if (problem !== undefined) return new Refusal(ResponseCode.INVALID_PARAMETER, problem)
    locks.unlock(consumerGroup, clientId, mqSet)
    return { code: ResponseCode.SUCCESS }
  }
}

function isOwn({ topic, brokerName, queueId }: MessageQueue, options: LockQueuesOptions): boolean {
  const config = options.topics.get(topic)
  return brokerName === options.brokerName && config !== undefined && queueId >= 0 && queueId < queueIdLimit(config)
}

function countProblem(queues: readonly MessageQueue[], { maxLocksPerRequest }: BrokerLimits): string | undefined {
  return queues.length > maxLocksPerRequest
    ? `${queues.length} queues in one request, at most ${maxLocksPerRequest} are allowed`
    : undefined
}

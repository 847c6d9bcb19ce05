import type { Processor } from '@rocketmq-ts/remoting'
import { type RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import type { ClientRegistry } from '../client/client-registry'

/** GET_CONSUMER_LIST_BY_GROUP: who shares the queues (read in broker/…/processor/ConsumerManageProcessor.java). */
export function consumerList(clients: ClientRegistry): Processor<typeof RequestCode.GET_CONSUMER_LIST_BY_GROUP> {
  return ({ header: { consumerGroup } }) => {
    const clientIds = clients.consumerGroup(consumerGroup)?.clientIds ?? []
    if (clientIds.length > 0) return { code: ResponseCode.SUCCESS, body: { consumerIdList: clientIds } }
    return { code: ResponseCode.SYSTEM_ERROR, remark: `no consumer for this group, ${consumerGroup.slice(0, 255)}` }
  }
}

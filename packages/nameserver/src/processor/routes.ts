import type { Processor } from '@rocketmq-ts/remoting'
import { encodeBody, type RequestCode, ResponseCode, releaseVersion, TopicRouteData } from '@rocketmq-ts/remoting/wire'
import type { OrderTopics } from '../order-topics'
import { Refusal } from '../refusal'
import type { RouteTable } from '../route-table'

/** From here on clients read standard JSON. */
const STANDARD_JSON_SINCE = releaseVersion('4.9.4')

/**
 * GET_ROUTEINFO_BY_TOPIC: which brokers have a topic. Clients before 4.9.4 get numeric keys bare, unless they ask for
 * standard JSON (read in namesrv/…/processor/ClientRequestProcessor.java).
 */
export function routeOfTopic(routes: RouteTable, orderTopics: OrderTopics): Processor<typeof RequestCode.GET_ROUTEINFO_BY_TOPIC> {
  return ({ header: { topic, acceptStandardJsonOnly }, command }) => {
    const route = routes.routeOf(topic)
    if (route === undefined) {
      return new Refusal(ResponseCode.TOPIC_NOT_EXIST, `No topic route info in name server for the topic: ${topic.slice(0, 255)}`)
    }
    const standard = command.version >= STANDARD_JSON_SINCE || acceptStandardJsonOnly === true
    const orderTopicConf = orderTopics.confOf(topic)
    return { code: ResponseCode.SUCCESS, body: [encodeBody(TopicRouteData, { ...route, orderTopicConf }, { standard })] }
  }
}

/** GET_BROKER_CLUSTER_INFO: every broker that is registered. */
export function clusterInfo(routes: RouteTable): Processor<typeof RequestCode.GET_BROKER_CLUSTER_INFO> {
  return () => ({ code: ResponseCode.SUCCESS, body: routes.clusterInfo() })
}

/** DELETE_TOPIC_IN_NAMESRV: forgets a topic's route, in one cluster or everywhere. Brokers that still have it bring it back. */
export function deleteTopic(routes: RouteTable): Processor<typeof RequestCode.DELETE_TOPIC_IN_NAMESRV> {
  return ({ header: { topic, clusterName } }) => {
    routes.deleteTopic(topic, clusterName === '' ? undefined : clusterName)
    return { code: ResponseCode.SUCCESS }
  }
}

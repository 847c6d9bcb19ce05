import type { Processor } from '@rocketmq-ts/remoting'
import { type RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import type { Clock } from 'net-ts-protocol-kit'
import { isSameVersion } from '../data-version'
import type { RouteTable } from '../route-table'

/** UNREGISTER_BROKER: a broker leaves. Done when it is answered; official nameservers only queue it. */
export function unregisterBroker(routes: RouteTable): Processor<typeof RequestCode.UNREGISTER_BROKER> {
  return ({ header }) => {
    routes.unregister(header.brokerName, header)
    return { code: ResponseCode.SUCCESS }
  }
}

/** BROKER_HEARTBEAT: keeps a broker alive without its topics. */
export function brokerHeartbeat(routes: RouteTable, clock: Clock): Processor<typeof RequestCode.BROKER_HEARTBEAT> {
  return ({ header }) => {
    routes.heard(header, clock.monotonic())
    return { code: ResponseCode.SUCCESS }
  }
}

/**
 * QUERY_DATA_VERSION: whether the topics of a broker have another version than those that are known here. Also keeps the
 * broker alive (read in namesrv/…/processor/DefaultRequestProcessor.java, `queryBrokerTopicConfig`).
 */
export function queryDataVersion(routes: RouteTable, clock: Clock): Processor<typeof RequestCode.QUERY_DATA_VERSION> {
  return ({ header, body }) => {
    const known = routes.versionOf(header)
    routes.heard(header, clock.monotonic())
    return { code: ResponseCode.SUCCESS, header: { changed: known === undefined || !isSameVersion(known, body) }, body: known }
  }
}

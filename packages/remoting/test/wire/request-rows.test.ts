import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import {
  findRequest,
  type GetConsumerListByGroupResponseBody,
  type PullMessageRequestHeader,
  type PullMessageResponseHeader,
  ReleaseVersion,
  type RequestBodyOf,
  RequestCode,
  type RequestHeaderOf,
  type RequestRow,
  type ResponseBodyOf,
  ResponseCode,
  type ResponseHeaderOf,
  releaseVersion,
  requestFinder,
  responseCodeName
} from '../../src/wire/index'

const ROOT = join(__dirname, '../../../..')

function generate(folder: string, ...options: readonly string[]) {
  return spawnSync(process.execPath, [join(folder, 'protocol/generate.mjs'), ...options], { encoding: 'utf8' })
}

describe('the rows', () => {
  it('are what the committed files were generated from', () => {
    const { status, stderr } = generate(ROOT, '--check')
    expect([status, stderr]).toEqual([0, ''])
  })

  it('fail the check when a generated file, or a row, was changed', () => {
    const copy = mkdtempSync(join(tmpdir(), 'protocol-'))
    try {
      cpSync(join(ROOT, 'protocol'), join(copy, 'protocol'), { recursive: true })
      expect(generate(copy, '--check').status).toBe(1)
      expect([generate(copy).status, generate(copy, '--check').status]).toEqual([0, 0])
      appendFileSync(join(copy, 'packages/remoting/src/wire/generated/peers.ts'), '// changed\n')
      const { status, stderr } = generate(copy, '--check')
      expect([status, stderr]).toEqual([1, expect.stringContaining('peers.ts')])
    } finally {
      rmSync(copy, { recursive: true })
    }
  })

  it('have the codes of this release of the protocol', () => {
    const codes = Object.fromEntries(Object.values<RequestRow>(RequestCode).map((row) => [row.name, row.code]))
    expect(codes).toMatchObject({
      SEND_MESSAGE: 10,
      PULL_MESSAGE: 11,
      HEART_BEAT: 34,
      NOTIFY_CONSUMER_IDS_CHANGED: 40,
      REGISTER_BROKER: 103,
      GET_ROUTEINFO_BY_TOPIC: 105,
      DELETE_TOPIC_IN_BROKER: 215,
      SEND_MESSAGE_V2: 310,
      SEND_BATCH_MESSAGE: 320,
      BROKER_HEARTBEAT: 904
    })
  })

  it('are found by code and direction', () => {
    expect(findRequest(11, 'to-server')).toBe(RequestCode.PULL_MESSAGE)
    expect(findRequest(40, 'to-client')).toBe(RequestCode.NOTIFY_CONSUMER_IDS_CHANGED)
    expect(findRequest(40, 'to-server')).toBeUndefined()
    expect(findRequest(99999, 'to-server', 513)).toBeUndefined()
  })

  it('of one code and one name are told apart by direction', () => {
    expect([findRequest(307, 'to-server'), findRequest(307, 'to-client')]).toEqual([
      RequestCode.GET_CONSUMER_RUNNING_INFO,
      RequestCode.GET_CONSUMER_RUNNING_INFO_OF_CLIENT
    ])
    expect(findRequest(309, 'to-server')?.request.body.shape).toBe('none')
    expect(findRequest(309, 'to-client')).toBe(RequestCode.CONSUME_MESSAGE_DIRECTLY_IN_CLIENT)
    expect(RequestCode.CONSUME_MESSAGE_DIRECTLY_IN_CLIENT).toMatchObject({
      ...{ name: 'CONSUME_MESSAGE_DIRECTLY', code: 309, direction: 'to-client', since: '4.9.7', until: undefined, vip: true },
      ...{ from: ['broker', 'proxy'], to: ['client'], oneway: 'never', request: { body: { shape: 'bytes' } } }
    })
    expect(RequestCode.GET_BROKER_CLUSTER_ACL_INFO).toMatchObject({
      code: 52,
      since: '4.9.7',
      until: '5.3.2',
      request: { body: { shape: 'none' } }
    })
    expect(RequestCode.TRIGGER_DELETE_FILES).toMatchObject({ from: [], to: [] })
  })

  it('of one code are told apart by the release of the sender', () => {
    const old = { ...RequestCode.GET_MIN_OFFSET, name: 'OLD', until: '4.9.8' }
    const now = { ...RequestCode.GET_MIN_OFFSET, name: 'NOW', since: '5.0.0' }
    for (const find of [requestFinder([old, now]), requestFinder([now, old])]) {
      expect([407, 409, 413, 513, undefined].map((version) => find(31, 'to-server', version)?.name)).toEqual([
        'OLD',
        'OLD',
        'NOW',
        'NOW',
        'NOW'
      ])
    }
    expect(requestFinder([old])(31, 'to-server', 513)?.name).toBe('OLD')
  })

  it('give their types to whoever uses them', () => {
    const header: RequestHeaderOf<typeof RequestCode.PULL_MESSAGE> = {} as PullMessageRequestHeader
    const answer: PullMessageResponseHeader = {} as ResponseHeaderOf<typeof RequestCode.PULL_MESSAGE>
    const none: RequestBodyOf<typeof RequestCode.PULL_MESSAGE> = undefined
    const bytes: ResponseBodyOf<typeof RequestCode.PULL_MESSAGE> = Buffer.alloc(0)
    const list: ResponseBodyOf<typeof RequestCode.GET_CONSUMER_LIST_BY_GROUP> = {
      consumerIdList: []
    } satisfies GetConsumerListByGroupResponseBody
    // @ts-expect-error a pull has no request body
    const wrong: RequestBodyOf<typeof RequestCode.PULL_MESSAGE> = Buffer.alloc(0)
    // @ts-expect-error the topic is missing
    const incomplete: RequestHeaderOf<typeof RequestCode.GET_MIN_OFFSET> = { queueId: 1 }
    expect([header, answer, none, bytes.length, list.consumerIdList, wrong, incomplete]).toHaveLength(7)
  })
})

describe('codes and versions', () => {
  it('a response code has the name of the newest release that has it', () => {
    expect([0, 17, 209, 211, 2018].map(responseCodeName)).toEqual([
      'SUCCESS',
      'TOPIC_NOT_EXIST',
      'POLLING_FULL',
      'BROKER_NOT_EXIST',
      'LITE_SUBSCRIPTION_QUOTA_EXCEEDED'
    ])
    expect([ResponseCode.UPDATE_AND_CREATE_ACL_CONFIG_FAILED, responseCodeName(99)]).toEqual([209, undefined])
  })

  it('releases are ordinals', () => {
    expect(['4.9.3', '4.9.4', '4.9.7', '5.0.0', '5.3.1', '5.3.3', '5.4.0', '5.5.0'].map(releaseVersion)).toEqual([
      399, 401, 407, 413, 475, 479, 493, 513
    ])
    expect(ReleaseVersion.V5_5_0).toBe(releaseVersion('5.5.0'))
  })
})

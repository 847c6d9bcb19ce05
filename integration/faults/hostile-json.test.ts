import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { pullFields } from './requests/pulls'
import { sendFields } from './requests/sends'
import { headerFrame, type RawRequest } from './support/raw-frames'
import { type MemoryVictim, type Role, Victim } from './support/victim'

let victim: MemoryVictim

beforeAll(async () => {
  victim = await Victim.inMemory()
})

afterAll(() => victim?.close())

const innocent = JSON.stringify(Object.getOwnPropertyNames(Object.prototype))

afterEach(async () => {
  expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(innocent)
  expect('polluted' in {}).toBe(false)
  expect(await victim.serves()).toBe(true)
})

const REGISTRATION = {
  brokerName: 'b',
  brokerAddr: '10.0.0.1:1',
  clusterName: 'c',
  haServerAddr: '',
  brokerId: 0,
  compressed: false,
  bodyCrc32: 0
}

/** Every request of this issue whose body is JSON. */
const withJsonBody: ReadonlyArray<readonly [name: string, role: Role, request: RawRequest]> = [
  ['HEART_BEAT', 'broker', { code: 34 }],
  ['CHECK_CLIENT_CONFIG', 'broker', { code: 46 }],
  ['LOCK_BATCH_MQ', 'broker', { code: 41 }],
  ['UNLOCK_BATCH_MQ', 'broker', { code: 42 }],
  ['UPDATE_AND_CREATE_SUBSCRIPTIONGROUP', 'broker', { code: 200 }],
  ['REGISTER_BROKER', 'nameserver', { code: 103, fields: REGISTRATION }],
  ['QUERY_DATA_VERSION', 'nameserver', { code: 322, fields: { brokerName: 'b', brokerAddr: 'a', clusterName: 'c', brokerId: 0 } }]
]

const poison = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1}}'

describe.each(withJsonBody)('the body of %s', (_name, role, request) => {
  const ask = async (body: string): ReturnType<Awaited<ReturnType<Victim['attacker']>>['ask']> => {
    const peer = await victim.attacker(role)
    const answer = await peer.ask({ ...request, body })
    expect(peer.isClosed).toBe(false)
    peer.close()
    return answer
  }

  it('is refused when it is deep, at every depth from 65 to a million', async () => {
    for (const levels of [65, 100, 1000, 10_000, 100_000, 1_000_000]) {
      for (const [open, close] of [['[', ']'] as const, ['{"a":', '}'] as const]) {
        const body = `{"unknown":${open.repeat(levels)}1${close.repeat(levels)}}`
        expect(await ask(body)).toMatchObject({ code: 1, remark: expect.stringContaining('deep') })
      }
    }
  })

  it('is refused when it is cut off, no JSON, or of another shape', async () => {
    for (const body of ['{', '{"a":', '[1,2', 'x', '"text"', '12', 'true', '{"a":1}{"a":1}', '\u0000']) {
      const answer = await ask(body)
      if (answer === 'closed') throw new Error('the connection was closed')
      expect([1, 29]).toContain(answer.code)
      expect(answer.remark).not.toBe('')
    }
  })

  it('changes no prototype, wherever it names one', async () => {
    for (const body of [poison, `{"unknown":${poison}}`, `[${poison}]`]) expect(await ask(body)).not.toBe('closed')
  })
})

describe('names that objects have already', () => {
  const names = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'valueOf']

  it('are topics like any other', async () => {
    const peer = await victim.attacker('broker')
    for (const topic of names) {
      expect(await peer.ask({ code: 310, fields: sendFields({ b: topic }), body: topic })).toMatchObject({ code: 0 })
      const pulled = await peer.ask({ code: 11, fields: pullFields({ topic, consumerGroup: topic }) })
      expect(pulled).toMatchObject({ code: 0 })
      expect(pulled !== 'closed' && pulled.body.includes(topic)).toBe(true)
    }
    await victim.clock.settle()
    const route = await (await victim.attacker('nameserver')).ask({ code: 105, fields: { topic: '__proto__' } })
    expect(route).toMatchObject({ code: 0 })
    expect(route !== 'closed' && route.body.toString()).toContain('broker-a')
  })

  it('are groups, clients, subscriptions and offsets like any other', async () => {
    const peer = await victim.attacker('broker')
    for (const name of names) {
      const subscription = { topic: name, subString: name, tagsSet: [name], codeSet: [1], subVersion: 1, expressionType: 'TAG' }
      const consumer = {
        groupName: name,
        consumeType: 'CONSUME_PASSIVELY',
        messageModel: 'CLUSTERING',
        subscriptionDataSet: [subscription]
      }
      const body = JSON.stringify({ clientID: name, producerDataSet: [{ groupName: name }], consumerDataSet: [consumer] })
      expect(await peer.ask({ code: 34, body })).toMatchObject({ code: 0 })
      const members = await peer.ask({ code: 38, fields: { consumerGroup: name } })
      expect(members !== 'closed' && JSON.parse(members.body.toString())).toEqual({ consumerIdList: [name] })
      expect(
        await peer.ask({ code: 14, fields: { consumerGroup: name, topic: 'orders', queueId: 0, setZeroIfNotFound: false } })
      ).toMatchObject({ code: 22 })
    }
  })

  it('are ext fields like any other', async () => {
    for (const role of ['broker', 'nameserver'] as const) {
      const peer = await victim.attacker(role)
      const fields = '{"topic":"orders","__proto__":"x","constructor":"y","toString":"z"}'
      peer.write(
        headerFrame(`{"code":105,"extFields":${fields},"flag":0,"language":"JAVA","opaque":9,"version":513,"__proto__":{"polluted":1}}`)
      )
      expect(await peer.next()).toMatchObject({ opaque: 9, code: role === 'nameserver' ? 0 : 3 })
    }
  })

  it('are message properties like any other', async () => {
    const peer = await victim.attacker('broker')
    const properties = '__proto__\u0001x\u0002constructor\u0001y\u0002'
    expect(await peer.ask({ code: 310, fields: sendFields({ b: 'proto-properties', i: properties }), body: 'x' })).toMatchObject({
      code: 0
    })
    const pulled = await peer.ask({ code: 11, fields: pullFields({ topic: 'proto-properties' }) })
    expect(pulled !== 'closed' && pulled.body.includes(properties)).toBe(true)
  })
})

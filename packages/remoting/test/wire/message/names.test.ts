import { describe, expect, it } from '@jest/globals'
import { dlqTopic, groupNameProblem, isNotAllowedToSend, isSystemTopic, retryTopic, SystemTopic, topicNameProblem } from '../../../src/wire'
import { official } from './official'

describe('a topic or group name', () => {
  for (const { name, isTopic, isGroup, ...topic } of official.names) {
    if (name === undefined) continue
    it(`is judged as the official broker judges it: ${JSON.stringify(name.slice(0, 24))} (${name.length})`, () => {
      expect(topicNameProblem(name) === undefined).toBe(isTopic)
      expect(groupNameProblem(name) === undefined).toBe(isGroup)
      expect(isSystemTopic(name)).toBe(topic.isSystemTopic)
      expect(isNotAllowedToSend(name)).toBe(topic.isNotAllowedToSend)
    })
  }

  it('of a group may be longer where the server is older', () => {
    expect(groupNameProblem('g'.repeat(255), 255)).toBeUndefined()
    expect(groupNameProblem('g'.repeat(256), 255)).toMatch('256 characters')
  })

  it('of a system topic is one of the official list', () => {
    const lists = official.names.find((entry) => entry.system !== undefined)
    expect([...Object.values(SystemTopic)].sort()).toEqual([...(lists?.system ?? [])].sort())
    expect(Object.values(SystemTopic).filter(isNotAllowedToSend).sort()).toEqual([...(lists?.notAllowedToSend ?? [])].sort())
  })

  it('of a retry or dead letter topic comes from its group', () => {
    expect(retryTopic('g')).toBe('%RETRY%g')
    expect(dlqTopic('g')).toBe('%DLQ%g')
  })

  it('that is wrong is never quoted at length', () => {
    expect(topicNameProblem('/'.repeat(1_000_000))?.length).toBeLessThan(200)
  })
})

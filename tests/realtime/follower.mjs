// follower.mjs: follows a portal's events with the unmodified client, as docs/events.md says, through disconnects.
//
//     node follower.mjs <address> <token> <seconds between disconnects, on average; 0: none> <seed> [topic...]
//
// Reads commands from stdin, a line each: "follow <topic>", "report". A report is a line of JSON for each topic on
// stdout: what was applied, what was dropped as late, the gaps that were seen, and how often it began anew.
import { createInterface } from 'node:readline'
import { io } from 'socket.io-client'

const [address, token, pause, seed, ...first] = process.argv.slice(2)
const topics = new Map()
let disconnects = 0
let refused = []

// A small generator (mulberry32), so that a run can be repeated.
let state = Number(seed)
function chance() {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

const socket = io(address, { auth: { token }, reconnectionDelay: 20, reconnectionDelayMax: 300, transports: ['websocket', 'polling'] })

function subscribe(wanted) {
  const asked = wanted.map((topic) => ({ topic, ...(topics.get(topic).seq === null ? {} : { after: topics.get(topic).seq }) }))
  for (const topic of wanted) topics.get(topic).asking = true
  socket.emit('subscribe', { topics: asked }, (answer) => {
    refused.push(...answer.refused)
    for (const { topic, seq, reset, snapshot } of answer.accepted) {
      const held = topics.get(topic)
      held.asking = false
      if (reset) held.resets += 1
      if (held.seq === null || reset) {
        held.seq = held.begun = seq
        held.applied = []
        held.snapshot = snapshot
      }
    }
  })
}

function take(event) {
  for (const room of [event.topic, event.topic.startsWith('log/') ? null : 'admin']) {
    const held = room && topics.get(room)
    if (!held || held.seq === null || held.asking) continue
    if (event.seq <= held.seq) {
      held.late += 1
      continue
    }
    // The room of everything has no chain of its own: each topic in it has one.
    const before = room === 'admin' ? (held.chain.get(event.topic) ?? 0) : held.seq
    if (room !== 'admin' ? event.prev_seq > before : before && event.prev_seq > before) {
      held.gaps += 1
      subscribe([room])
      continue
    }
    held.chain.set(event.topic, event.seq)
    held.seq = event.seq
    held.applied.push(event)
  }
}

function follow(topic) {
  topics.set(topic, { seq: null, begun: null, asking: true, snapshot: null, applied: [], chain: new Map(), late: 0, gaps: 0, resets: 0 })
  if (socket.connected) subscribe([topic])
}

socket.on('connect', () => topics.size && subscribe([...topics.keys()]))
socket.on('connect_error', (error) => error.data && console.error(JSON.stringify(error.data)))
socket.onAny((_name, event) => event.seq && take(event))

function disconnect() {
  if (socket.connected) {
    disconnects += 1
    const engine = socket.io.engine
    // Cut it, close it, or leave and come back: each in its turn by chance.
    const how = Math.floor(chance() * 3)
    if (how === 0) engine.transport.ws?.close?.()
    else if (how === 1) engine.close()
    else socket.disconnect().connect()
  }
  setTimeout(disconnect, chance() * 2000 * Number(pause))
}
if (Number(pause) > 0) setTimeout(disconnect, chance() * 2000 * Number(pause))

for (const topic of first) follow(topic)
createInterface({ input: process.stdin }).on('line', (line) => {
  const [command, topic] = line.split(' ')
  if (command === 'follow') follow(topic)
  if (command !== 'report') return
  const said = {}
  for (const [name, held] of topics)
    said[name] = { seq: held.seq, begun: held.begun, snapshot: held.snapshot, applied: held.applied, late: held.late, gaps: held.gaps, resets: held.resets }
  console.log(JSON.stringify({ connected: socket.connected, disconnects, refused, topics: said }))
})

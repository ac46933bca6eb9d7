// A Socket.IO client at the level of the protocol, over a WebSocket of engine.mjs.
import assert from 'node:assert/strict';
import {openFrames} from './engine.mjs';

// Joins a namespace and reads the CONNECT packet and the `auth` event that follows it.
export async function join(frames, namespace = '/', auth = undefined) {
    const prefix = namespace === '/' ? '' : `${namespace},`;
    frames.send(`40${prefix}${auth === undefined ? '' : JSON.stringify(auth)}`);
    const connect = await frames.next('the answer to CONNECT');
    assert.ok(connect.startsWith(`40${prefix}{`), connect);
    const answer = JSON.parse(connect.slice(2 + prefix.length));
    const event = await frames.next('the auth event');
    assert.ok(event.startsWith(`42${prefix}[`), event);
    assert.deepEqual(JSON.parse(event.slice(2 + prefix.length)).slice(0, 2), ['auth', auth ?? {}]);
    return answer;
}

export async function joined(server, options) {
    const frames = await openFrames(server, options);
    Object.assign(frames, await join(frames));
    return frames;
}

let last = 0;

// A round trip in the main namespace: everything that was sent before has been handled.
export async function roundTrip(frames) {
    const text = `round trip ${++last}`;
    frames.send(`42["message","${text}"]`);
    assert.equal(await frames.next('the echo of a round trip'), `42["message-back","${text}"]`);
}

// Calls an event with an acknowledgement, and reads the next frame as its answer.
export async function call(frames, id, ...args) {
    frames.send(`42${id}${JSON.stringify(args)}`);
    assert.equal(await frames.next(`the acknowledgement of ${args[0]}`), `43${id}[]`);
}

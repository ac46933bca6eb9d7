// The unmodified socket.io-client, for tests.
import {after} from 'node:test';
import {io} from 'socket.io-client';
import {generous, within} from './waiting.mjs';

// Those that a failed test left would reconnect for ever, and the process would not end.
const sockets = [];
after(() => {
    for (const socket of sockets) socket.io._close();
});

// A client on a connection of its own that does not reconnect unless it is told to.
export function client(server, {namespace = '', ...options} = {}) {
    const socket = io(`http://127.0.0.1:${server.port}${namespace}`, {
        path: server.path, forceNew: true, reconnection: false, ...options,
    });
    sockets.push(socket);
    return socket;
}

export async function connected(server, options) {
    const socket = client(server, options);
    socket.auths = [];
    socket.on('auth', (auth) => socket.auths.push(auth));
    const failed = new Promise((_, reject) => socket.once('connect_error', reject));
    failed.catch(() => {});
    await Promise.race([happens(socket, 'connect'), failed]);
    return socket;
}

// The arguments of the next event of that name.
export function happens(emitter, event, milliseconds = generous) {
    return within(milliseconds, new Promise((resolve) => emitter.once(event, (...args) => resolve(args))), event);
}

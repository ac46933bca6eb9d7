// The npm socket.io server with the flags and the behaviour of `realtime-echo`: the oracle of these tests.
//
// It prints `listening on <port>` on stdout, and listens on 127.0.0.1 and ::1 until it is ended.
import http from 'node:http';
import {parseArgs} from 'node:util';
import {Server as Engine} from 'engine.io';
import {Server} from 'socket.io';

const {values: flags} = parseArgs({
    options: {
        mode: {type: 'string', default: 'socket.io'},
        port: {type: 'string', default: '0'},
        path: {type: 'string'},
        'ping-interval': {type: 'string', default: '25000'},
        'ping-timeout': {type: 'string', default: '20000'},
        'connect-timeout': {type: 'string', default: '45000'},
        'max-payload': {type: 'string', default: '1000000'},
        'cors-origin': {type: 'string'},
        'recovery-ms': {type: 'string'},
        deflate: {type: 'boolean', default: false},
    },
});
if (!['engine.io', 'socket.io'].includes(flags.mode)) throw new Error(`unknown mode ${flags.mode}`);

const options = {
    path: flags.path ?? `/${flags.mode}/`,
    pingInterval: Number(flags['ping-interval']),
    pingTimeout: Number(flags['ping-timeout']),
    connectTimeout: Number(flags['connect-timeout']),
    maxHttpBufferSize: Number(flags['max-payload']),
    perMessageDeflate: flags.deflate,
    serveClient: false,
};
// `*` cannot go with credentials; an origin does.
if (flags['cors-origin'] === '*') options.cors = {origin: '*'};
else if (flags['cors-origin']) options.cors = {origin: [flags['cors-origin']], credentials: true};
if (flags['recovery-ms']) {
    options.connectionStateRecovery = {
        maxDisconnectionDuration: Number(flags['recovery-ms']),
        skipMiddlewares: false,
    };
}

const servers = await listen(Number(flags.port));
if (flags.mode === 'engine.io') serveEngine();
else serveSockets();
console.log(`listening on ${servers[0].address().port}`);

// One server for each address family: the pair shares a port, and so must try again when ::1 has it taken.
async function listen(port) {
    for (let attempt = 1; ; attempt++) {
        const first = http.createServer();
        const second = http.createServer();
        try {
            await listening(first, port, '127.0.0.1');
            await listening(second, first.address().port, '::1');
            return [first, second];
        } catch (error) {
            first.close();
            if (error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL') {
                const alone = http.createServer();
                await listening(alone, port, '127.0.0.1');
                return [alone];
            }
            if (port !== 0 || attempt === 20) throw error;
        }
    }
}

function listening(server, port, host) {
    return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
            server.off('error', reject);
            resolve();
        });
    });
}

function serveEngine() {
    const engine = new Engine(options);
    engine.on('connection', (session) => session.on('message', (message) => session.send(message)));
    for (const server of servers) engine.attach(server, options);
}

function serveSockets() {
    const io = new Server(options);
    io.attach(servers[0], options);
    // The sessions are the engine's, so both addresses know them.
    if (servers[1]) io.engine.attach(servers[1], options);
    io.on('connection', serveMain);
    io.of('/custom').on('connection', (socket) => socket.emit('auth', socket.handshake.auth));
    io.of('/refuse').use((socket, next) => {
        next(Object.assign(new Error('not allowed'), {data: {code: 'forbidden'}}));
    });
    io.of('/refuse-plain').use((socket, next) => next(new Error('not allowed')));
}

function serveMain(socket) {
    socket.emit('auth', socket.handshake.auth);
    socket.on('message', (...args) => socket.emit('message-back', ...args));
    socket.on('message-with-ack', (...args) => args.pop()(...args));
    socket.on('join', (room, ack) => {
        socket.join(room);
        ack();
    });
    socket.on('leave', (room, ack) => {
        socket.leave(room);
        ack();
    });
    socket.on('broadcast', (room, ...args) => socket.to(room).emit('room-message', ...args));
    socket.on('ask', (...args) => {
        socket.emit('question', ...args, (...answer) => socket.emit('answered', ...answer));
    });
    socket.on('kick', (close) => socket.disconnect(close));
}

export const signing = {
  session: {
    ended: 'Your session has ended. Sign in to go on where you were.',
    loggedOut: 'You have logged out.',
  },
  signIn: {
    title: 'Sign in',
    username: 'User name',
    password: 'Password',
    submit: 'Sign in',
    busy: 'Signing in',
    show: 'Show the password',
    failedTitle: 'Not signed in',
    failedNote: 'Check both, then try again.',
  },
  setUp: {
    title: 'Make the first administrator',
    intro: 'Nobody can sign in yet. Whoever started the server proves it with the set-up token.',
    token: 'Set-up token',
    tokenHint:
      'Printed when the server was started, and in its log: letters and digits with dashes. It works once, within 30 minutes; a restart of the server prints a new one.',
    passwordHint: '15 characters or more. A sentence is easier to keep in mind than symbols.',
    tooShort: (missing: number) => `${missing} more to go`,
    submit: 'Make the administrator and sign in',
    failedTitle: 'Not set up',
    failedNote: 'Take the token of the newest start, or restart the server, then try again.',
  },
  unreachable: {
    title: 'The server does not answer',
    text: 'It is tried again every few seconds.',
  },
};

import { t } from '@pilothouse/core';
import { ErrorState } from './components/ErrorState';
import { PageBoundary } from './components/PageBoundary';
import { useApp } from './hooks/useApp';
import { useModel } from './hooks/useModel';
import { useThemeEffect } from './hooks/useThemeEffect';
import { AppLayout } from './layout/AppLayout';
import { Pages } from './pages/Pages';
import { SetUpPage } from './pages/SetUpPage';
import { SignInPage } from './pages/SignInPage';

export function App() {
  useThemeEffect();
  const session = useModel(useApp().session);
  switch (session.status) {
    case 'loading':
      return null;
    case 'unreachable':
      return (
        <main className="mx-auto grid min-h-dvh max-w-md content-center p-4">
          <h1 className="mb-3">{t.unreachable.title}</h1>
          <ErrorState error={session.error} note={t.unreachable.text} />
        </main>
      );
    case 'setup':
      return <SetUpPage />;
    case 'signed_out':
      return <SignInPage notice={session.notice} />;
    case 'signed_in':
      return (
        <PageBoundary>
          <AppLayout>
            <Pages />
          </AppLayout>
        </PageBoundary>
      );
  }
}

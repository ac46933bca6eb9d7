import { useApp } from './useApp';
import { useModel } from './useModel';

const nothing: string[] = [];

export function usePermissions(): string[] {
  const session = useModel(useApp().session);
  return session.status === 'signed_in' ? session.session.permissions : nothing;
}

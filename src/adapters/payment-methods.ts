/** The ways to pay that the settings name. */
import type { PaymentMethodName, Settings } from '../config/settings.ts';
import type { Database } from '../database/database.ts';
import type { PaymentMethod } from '../payments/method.ts';
import { Points } from '../payments/points.ts';
import { heardOf } from '../payments/store.ts';
import { PointsPaymentMethod } from './points-payment-method.ts';
import { SandboxPaymentMethod } from './sandbox-payment-method.ts';

export async function openPaymentMethod(
  name: PaymentMethodName,
  { toss }: Pick<Settings, 'toss'>,
  database: Database,
): Promise<PaymentMethod> {
  switch (name) {
    case 'sandbox': {
      const onNotice = (orderId: string) => heardOf(database, 'sandbox', orderId).catch(() => {});
      return new SandboxPaymentMethod({ database, onNotice });
    }
    case 'points':
      return new PointsPaymentMethod(new Points(database));
    case 'toss': {
      if (toss === null) throw new Error('the settings have no keys for Toss Payments');
      const { TossPaymentMethod } = await import('./toss-payment-method.ts');
      return new TossPaymentMethod(toss);
    }
  }
}

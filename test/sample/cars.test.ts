import { Decimal } from 'decimal.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as cars from '../../queries/cars.queries.ts';
import * as financing from '../../queries/financing.queries.ts';
import * as sales from '../../queries/reports/sales.queries.ts';
import { tested } from '../support/tested.ts';
import { openSample, type SampleDatabase } from './database.ts';

const pesos = (amount: number) => new Decimal(amount);
const months = (lower: number, upper: number) => ({
  lower,
  upper,
  lowerInclusive: true,
  upperInclusive: false,
  empty: false,
});

const stock = [
  {
    id: 'mazda-3',
    make: 'Mazda',
    model: '3',
    year: 2021,
    body: 'sedan',
    priceMxn: pesos(300000),
    color: 'red',
  },
  {
    id: 'mazda-cx-5',
    make: 'Mazda',
    model: 'CX-5',
    year: 2023,
    body: 'suv',
    priceMxn: pesos(520000),
    color: null,
  },
  {
    id: 'kia-rio',
    make: 'Kia',
    model: 'Rio',
    year: 2020,
    body: 'sedan',
    priceMxn: pesos(210000.5),
    color: 'blue',
  },
] as const;

describe.each(tested(['PGlite', 14, 18]))('%s', (server) => {
  let database: SampleDatabase;
  let db: SampleDatabase['client'];

  beforeAll(async () => {
    database = await openSample(server);
    db = database.client;
  });
  afterAll(() => database?.close());
  // Each test is a transaction that is taken back.
  beforeEach(async () => {
    await db.query('BEGIN');
    expect(await cars.addCars(db, { cars: [...stock] })).toBe(3);
  });
  afterEach(() => db.query('ROLLBACK'));

  const search = (filters: Partial<cars.SearchCarsParams>) =>
    cars.searchCars(db, { limit: 10n, offset: 0n, ...filters });
  const ids = (rows: readonly { id: string }[]) => rows.map((row) => row.id);

  test('finds cars by id', async () => {
    expect(await cars.getCar(db, { id: 'mazda-3' })).toEqual({
      id: 'mazda-3',
      make: 'Mazda',
      model: '3',
      year: 2021,
      body: 'sedan',
      priceMxn: pesos(300000),
      mileageKm: 0,
      color: 'red',
      features: [],
      listedOn: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      soldAt: null,
    });
    expect(await cars.getCar(db, { id: 'none' })).toBeNull();
    expect(ids(await cars.getCarsByIds(db, { ids: ['mazda-3', 'none', 'kia-rio'] }))).toEqual([
      'kia-rio',
      'mazda-3',
    ]);
  });

  test('searches with any of the filters', async () => {
    const all = await search({});
    expect(ids(all)).toEqual(['kia-rio', 'mazda-3', 'mazda-cx-5']);
    expect(ids(await search({ make: 'Mazda' }))).toEqual(['mazda-3', 'mazda-cx-5']);
    expect(ids(await search({ text: 'ZDA CX' }))).toEqual(['mazda-cx-5']);
    expect(ids(await search({ text: '%' }))).toEqual([]);
    expect(ids(await search({ body: 'sedan', minYear: 2021 }))).toEqual(['mazda-3']);
    expect(ids(await search({ maxPriceMxn: pesos(210000.5) }))).toEqual(['kia-rio']);
    expect(ids(await search({ features: ['sunroof'] }))).toEqual([]);
    const page = await search({ limit: 1n, offset: 1n });
    expect(page.map(({ id, total }) => [id, total])).toEqual([['mazda-3', 3n]]);
    await cars.sellCar(db, { id: 'mazda-3', soldAt: new Date() });
    expect(ids(await search({ make: 'Mazda' }))).toEqual(['mazda-cx-5']);
  });

  test('sums up', async () => {
    expect(await cars.countCarsForSale(db)).toEqual({ total: 3n });
    expect(await cars.summarizeMakes(db, { minCars: 2n })).toEqual([
      {
        make: 'Mazda',
        cars: 2n,
        cheapestMxn: pesos(300000),
        dearestMxn: pesos(520000),
        averageMxn: pesos(410000),
        averageMileageKm: 0,
        models: ['3', 'CX-5'],
      },
    ]);
    expect(await cars.priceRange(db)).toEqual({ cheapestMxn: pesos(210000.5), dearestMxn: pesos(520000) });
    for (const { id } of stock) await cars.sellCar(db, { id, soldAt: new Date() });
    expect(await cars.priceRange(db)).toEqual({ cheapestMxn: null, dearestMxn: null });
    expect(await sales.getPriceQuartiles(db)).toEqual({ quartiles: null, deviationMxn: null });
  });

  test('adds, changes, sells and deletes a car', async () => {
    const car = {
      id: 'vw-jetta',
      make: 'VW',
      model: 'Jetta',
      year: 2019,
      body: 'sedan',
      priceMxn: pesos(250000),
      mileageKm: 60000,
    } as const;
    const features = ['air conditioning', 'sunroof'];
    expect(await cars.addCar(db, { car: { ...car, color: null, features } })).toEqual({
      id: 'vw-jetta',
      listedOn: expect.any(String),
      searchText: 'vw jetta',
    });
    expect(await cars.listFeatures(db)).toEqual([
      { feature: 'air conditioning', cars: 1n },
      { feature: 'sunroof', cars: 1n },
    ]);
    const newer = { ...car, priceMxn: pesos(240000), mileageKm: 100 };
    expect(await cars.upsertCar(db, { car: newer })).toEqual({
      id: 'vw-jetta',
      priceMxn: pesos(240000),
      mileageKm: 60000,
      inserted: false,
    });
    expect(await cars.upsertCar(db, { car: { ...car, id: 'vw-jetta-2' } })).toMatchObject({ inserted: true });
    expect(await cars.changePrice(db, { id: 'vw-jetta', priceMxn: pesos(230000) })).toEqual({
      id: 'vw-jetta',
      oldPriceMxn: pesos(240000),
      newPriceMxn: pesos(230000),
    });
    expect(await cars.changePrice(db, { id: 'none', priceMxn: pesos(1) })).toBeNull();
    expect(await cars.sellCar(db, { id: 'vw-jetta', soldAt: new Date() })).toBe(1);
    expect(await cars.sellCar(db, { id: 'vw-jetta', soldAt: new Date() })).toBe(0);
    expect(await cars.deleteCar(db, { id: 'vw-jetta' })).toEqual({
      id: 'vw-jetta',
      make: 'VW',
      model: 'Jetta',
    });
    expect(await cars.deleteCar(db, { id: 'vw-jetta' })).toBeNull();
  });

  test('keeps pictures byte by byte', async () => {
    const thumbnail = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    await cars.setThumbnail(db, { id: 'kia-rio', thumbnail });
    const stored = await cars.getThumbnail(db, { id: 'kia-rio' });
    expect(stored?.bytes).toBe(256);
    expect([...(stored?.thumbnail ?? [])]).toEqual([...thumbnail]);
    await cars.setThumbnail(db, { id: 'kia-rio', thumbnail: null });
    expect(await cars.getThumbnail(db, { id: 'kia-rio' })).toEqual({ thumbnail: null, bytes: null });
  });

  describe('with plans', () => {
    beforeEach(async () => {
      const terms = {
        downPaymentShare: pesos(0.2),
        minMonths: 12,
        maxMonths: 48,
        openingFeeMxn: pesos(1500),
        validUntil: '2025-06-30',
      };
      const added = await financing.addPlan(db, {
        carId: 'mazda-3',
        lender: 'Banco Norte',
        annualRate: pesos(0.12),
        ...terms,
      });
      expect(added.months).toEqual(months(12, 49));
      await financing.addPlan(db, {
        carId: 'mazda-3',
        lender: 'Caja Sur',
        annualRate: pesos(0.1),
        ...terms,
        openingFeeMxn: null,
        validUntil: null,
      });
    });

    test('lists plans by rate, with the distance to the next better one', async () => {
      const plans = await financing.listPlans(db, { carId: 'mazda-3' });
      expect(plans.map(({ lender, rank, aboveNext }) => [lender, rank, aboveNext])).toEqual([
        ['Caja Sur', 1n, null],
        ['Banco Norte', 2n, pesos(0.02)],
      ]);
      expect(plans[1]).toMatchObject({ openingFeeMxn: pesos(1500), validUntil: '2025-06-30' });
    });

    test("replaces a lender's plan", async () => {
      const plan = { carId: 'mazda-3', lender: 'Caja Sur', annualRate: pesos(0), months: months(6, 13) };
      expect(await financing.upsertPlan(db, { plan })).toEqual({ id: expect.any(BigInt), ...plan });
      expect(await financing.listPlans(db, { carId: 'mazda-3' })).toHaveLength(2);
      const [cheapest] = await financing.listCarsWithCheapestPlan(db);
      // No interest: a twelfth of what is left after the down payment.
      expect(cheapest).toMatchObject({ id: 'mazda-3', lowestPaymentMxn: pesos(20000) });
    });

    test('quotes cars with and without a plan', async () => {
      const quotes = await financing.quoteCars(db, { term: 48 });
      expect(quotes.map(({ id, lender, paymentMxn }) => [id, lender, paymentMxn])).toEqual([
        ['mazda-3', 'Caja Sur', pesos(6087.02)],
        ['mazda-3', 'Banco Norte', pesos(6320.12)],
        ['kia-rio', null, null],
        ['mazda-cx-5', null, null],
      ]);
      const long = await financing.quoteCars(db, { term: 49 });
      expect(long.map((quote) => quote.lender)).toEqual([null, null, null]);
      const listed = await financing.listCarsWithCheapestPlan(db);
      expect(listed.map(({ id, lender }) => [id, lender])).toEqual([
        ['mazda-3', 'Caja Sur'],
        ['kia-rio', null],
        ['mazda-cx-5', null],
      ]);
      expect(ids(await financing.listCarsWithoutPlan(db))).toEqual(['kia-rio', 'mazda-cx-5']);
    });

    test('builds the page of a car', async () => {
      const car = await financing.getCarWithPlans(db, { id: 'mazda-3' });
      expect(car?.page).toEqual({
        make: 'Mazda',
        model: '3',
        year: 2021,
        priceMxn: 300000,
        features: [],
        plans: [
          { lender: 'Caja Sur', annualRate: 0.1, minMonths: 12, maxMonths: 48, validUntil: null },
          { lender: 'Banco Norte', annualRate: 0.12, minMonths: 12, maxMonths: 48, validUntil: '2025-06-30' },
        ],
      });
      const bare = await financing.getCarWithPlans(db, { id: 'kia-rio' });
      expect(bare?.page).toMatchObject({ plans: [] });
    });

    test('compares lenders, with totals', async () => {
      const lines = await financing.compareLenders(db);
      expect(
        lines.map(({ lender, make, plans, averageFeeMxn }) => [lender, make, plans, averageFeeMxn]),
      ).toEqual([
        ['Banco Norte', 'Mazda', 1n, pesos(1500)],
        ['Banco Norte', null, 1n, pesos(1500)],
        ['Caja Sur', 'Mazda', 1n, null],
        ['Caja Sur', null, 1n, null],
        [null, null, 2n, pesos(1500)],
      ]);
    });

    test('deletes what has expired', async () => {
      expect(await financing.deleteExpiredPlans(db, { today: '2025-06-30' })).toBe(0);
      expect(await financing.deleteExpiredPlans(db, { today: '2025-07-01' })).toBe(1);
    });
  });

  test('reports sales month by month', async () => {
    await cars.sellCar(db, { id: 'mazda-3', soldAt: new Date('2025-01-15T12:00:00Z') });
    await cars.sellCar(db, { id: 'kia-rio', soldAt: new Date('2025-03-15T12:00:00Z') });
    expect(await sales.listSalesByMonth(db, { from: '2025-01-10', to: '2025-03-01' })).toEqual([
      { startsOn: '2025-01-01', sold: 1n, revenueMxn: pesos(300000), soldSoFar: pesos(1) },
      { startsOn: '2025-02-01', sold: 0n, revenueMxn: pesos(0), soldSoFar: pesos(1) },
      { startsOn: '2025-03-01', sold: 1n, revenueMxn: pesos(210000.5), soldSoFar: pesos(2) },
    ]);
  });

  test('compares prices', async () => {
    expect(ids(await sales.listDearestCarPerMake(db))).toEqual(['kia-rio', 'mazda-cx-5']);
    const compared = await sales.compareWithSegment(db);
    expect(
      compared.map(({ id, segmentAverageMxn, place, nextDearer }) => [
        id,
        segmentAverageMxn,
        place,
        nextDearer,
      ]),
    ).toEqual([
      ['kia-rio', pesos(255000.25), 1n, 'mazda-3'],
      ['mazda-3', pesos(255000.25), 2n, null],
      ['mazda-cx-5', pesos(520000), 1n, null],
    ]);
    const { quartiles, deviationMxn } = await sales.getPriceQuartiles(db);
    expect(quartiles).toEqual([255000.25, 300000, 410000]);
    expect(deviationMxn?.toFixed(2)).toBe('159478.11');
  });
});

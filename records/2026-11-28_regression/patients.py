import numpy as np, csv
r=np.random.default_rng(1)
def make(path, effect, varying=False, G=80, m=5):
    with open(path,'w',newline='') as f:
        w=csv.writer(f); w.writerow(['patient','a','b','c','d','e','sick'])
        for g in range(G):
            y=r.integers(2); c=r.normal(size=5)*2
            for k in range(m if not varying else r.integers(2,9)):
                yy=r.integers(2) if varying else y
                w.writerow([f'p{g}']+[f'{v:.4f}' for v in c+0.2*r.normal(size=5)+effect*yy]+['yes' if yy else 'no'])
make('patients.csv',0.0); make('visits.csv',0.0,True); make('sick.csv',2.0)

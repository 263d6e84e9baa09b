from sklearn.datasets import load_diabetes
import csv, numpy as np
d=load_diabetes(scaled=False)
with open('diabetes.csv','w',newline='') as f:
    w=csv.writer(f); w.writerow(d.feature_names+['progression'])
    for x,y in zip(d.data,d.target): w.writerow([repr(float(v)) if v!=int(v) else int(v) for v in x]+[int(y)])

from pathlib import Path

import pandas
import statsmodels.api as sm


def load_model(model_file_name="model.pickle"):
    return sm.load(str(Path(__file__).parent / model_file_name))


def predict(data, model=load_model()):
    return {"prediction": model.predict(pandas.DataFrame(data)).tolist()}

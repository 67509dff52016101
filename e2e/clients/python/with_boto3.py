"""boto3's S3, with its defaults but for the address (kit.py says what it does); keys come from the environment."""

import boto3
from botocore.config import Config

import kit


class Boto3:
    version = boto3.__version__

    def ask(self, url):
        return s3(url).get_object(Bucket="reports", Key="figures")["Body"].read().decode()

    def forbidden(self, url):
        return s3(url).delete_object(Bucket="reports", Key="figures")

    def upload(self, url, body):
        return s3(url).put_object(Bucket="reports", Key="upload", Body=body)["ETag"]


def s3(url):
    return boto3.client("s3", endpoint_url=url, config=Config(s3={"addressing_style": "path"}))


kit.run(Boto3())
